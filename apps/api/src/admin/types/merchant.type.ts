import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { CurrencyCode } from '#domain';
import { DateTimeScalar } from '../../graphql/scalars/date-time.scalar.ts';
import { MinorUnitsScalar } from '../../graphql/scalars/minor-units.scalar.ts';
import { CurrencyCodeType } from '../../graphql/types/currency-code.enum.ts';
import type { StoredApiKey } from '../../stores/api-key-store.ts';
import type { Merchant } from '../../stores/merchant-store.ts';
import { UserErrorType } from '../../graphql/types/user-error.type.ts';

@ObjectType('MerchantCurrency', { description: 'A currency that a merchant may take, and on which terms.' })
export class MerchantCurrencyType {
  @Field(() => CurrencyCodeType, { description: 'Which one. The amounts are in its minor units.' })
  readonly currency!: CurrencyCode;

  @Field(() => MinorUnitsScalar, { description: 'What each capture costs beside the basis points.' })
  readonly feeFixed!: bigint;

  @Field(() => MinorUnitsScalar, { description: 'Above this amount a person looks at the payment first.' })
  readonly riskLimit!: bigint;

  @Field(() => MinorUnitsScalar, { description: 'Up to this amount a payment goes on while risk is silent.' })
  readonly riskFloor!: bigint;
}

@ObjectType('ApiKey', { description: 'A secret key of a merchant. The key itself is shown once, when it is created.' })
export class ApiKeyType {
  @Field(() => ID, { description: 'A TypeID such as `key_…`.' })
  readonly id!: string;

  @Field(() => String, { description: 'How the key begins: enough to say which one is meant, and no secret.' })
  readonly handle!: string;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'From when on it is refused; null: it never expires.' })
  readonly expiresAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null while it is good.' })
  readonly revokedAt!: Date | null;
}

@ObjectType('Merchant', { description: 'Who takes payments here.' })
export class MerchantType {
  @Field(() => ID, { description: 'A TypeID such as `mer_…`.' })
  readonly id!: string;

  @Field(() => String, { description: 'What people call it.' })
  readonly name!: string;

  @Field(() => Int, {
    description: 'The share of each capture that is the platform’s, in basis points: 150 are 1.5 %.',
  })
  readonly feeBasisPoints!: number;

  @Field(() => [MerchantCurrencyType], { description: 'The currencies that it may take.' })
  readonly currencies!: readonly MerchantCurrencyType[];

  @Field(() => DateTimeScalar, { description: 'When it was taken in.' })
  readonly createdAt!: Date;
}

@ObjectType('CreateMerchantPayload', { description: 'What became of `createMerchant`.' })
export class CreateMerchantPayload {
  @Field(() => MerchantType, { nullable: true, description: 'The new merchant; null when it was refused.' })
  readonly merchant!: MerchantType | null;

  @Field(() => [UserErrorType], { description: 'Why it was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}

@ObjectType('CreateApiKeyPayload', { description: 'What became of `createApiKey`.' })
export class CreateApiKeyPayload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The new key; null when it was refused.' })
  readonly apiKey!: ApiKeyType | null;

  @Field(() => String, { nullable: true, description: 'The key itself, shown this once. Only its hash is kept.' })
  readonly secretKey!: string | null;

  @Field(() => [UserErrorType], { description: 'Why it was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}

@ObjectType('RevokeApiKeyPayload', { description: 'What became of `revokeApiKey`.' })
export class RevokeApiKeyPayload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The revoked key.' })
  readonly apiKey!: ApiKeyType | null;

  @Field(() => [UserErrorType], { description: 'Why it was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}

export function presentMerchant(merchant: Merchant): MerchantType {
  const { id, name, feeBasisPoints, createdAt } = merchant;
  const currencies = [...merchant.currencies].map(([currency, { feeFixed, riskLimit, riskFloor }]) => ({
    currency,
    feeFixed,
    riskLimit,
    riskFloor,
  }));
  return { id, name, feeBasisPoints, currencies, createdAt };
}

/** Picks the fields one by one: the hash stays behind. */
export function presentApiKey({ id, handle, createdAt, expiresAt, revokedAt }: StoredApiKey): ApiKeyType {
  return { id, handle, createdAt, expiresAt, revokedAt };
}
