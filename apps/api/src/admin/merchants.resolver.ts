import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { parseId } from '#domain';
import { ForAdmins } from '../auth/principal.guard.ts';
import { UserErrors } from '../graphql/errors/user-errors.ts';
import { CreateMerchant, type CurrencyTerms } from '../use-cases/create-merchant.ts';
import { FindMerchants } from '../use-cases/find-merchants.ts';
import { CreateMerchantInput, type MerchantCurrencyInput } from './inputs/merchant.inputs.ts';
import { pageSizeDefault, pageSizeWithin } from './page-size.ts';
import { CreateMerchantPayload, MerchantType, presentMerchant } from './types/merchant.type.ts';

@ForAdmins()
@Resolver()
export class MerchantsResolver {
  constructor(
    private readonly merchants: FindMerchants,
    private readonly create: CreateMerchant,
    private readonly userErrors: UserErrors,
  ) {}

  @Query(() => [MerchantType], { name: 'merchants', description: 'The merchants, the oldest first.' })
  async list(
    @Args('first', { type: () => Int, defaultValue: pageSizeDefault, description: 'How many: 1 to 200.' })
    first: number,
    @Args('after', { type: () => ID, nullable: true, description: 'The id of the last one of the page before.' })
    after?: string | null,
  ): Promise<MerchantType[]> {
    const merchants = await this.merchants.page(pageSizeWithin(first), parseId('mer', after ?? ''));
    return merchants.map(presentMerchant);
  }

  @Query(() => MerchantType, {
    name: 'merchant',
    nullable: true,
    description: 'One merchant; null when there is none.',
  })
  async find(@Args('id', { type: () => ID, description: '`mer_…`.' }) text: string): Promise<MerchantType | null> {
    const id = parseId('mer', text);
    const merchant = id && (await this.merchants.byId(id));
    return merchant === undefined ? null : presentMerchant(merchant);
  }

  @Mutation(() => CreateMerchantPayload, { description: 'Takes a merchant in. It has no key yet: see `createApiKey`.' })
  async createMerchant(
    @Args('input', { description: 'Who it is, and on which terms.' }) input: CreateMerchantInput,
  ): Promise<CreateMerchantPayload> {
    const created = await this.create.execute({
      name: input.name,
      feeBasisPoints: input.feeBasisPoints,
      currencies: input.currencies.map(termsOf),
      enabledCurrencies: input.enabledCurrencies,
    });
    return created.ok
      ? { merchant: presentMerchant(created.value), userErrors: [] }
      : { merchant: null, userErrors: [this.userErrors.ofRefusal(created.error)] };
  }
}

function termsOf({ currency, feeFixed, riskLimit, riskFloor }: MerchantCurrencyInput): CurrencyTerms {
  return { currency, feeFixed, riskLimit: riskLimit ?? null, riskFloor: riskFloor ?? null };
}
