import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { MerchantId } from '#domain';
import { ForAdmins } from '../auth/principal.guard.ts';
import { UserErrors } from '../graphql/errors/user-errors.ts';
import { CreateApiKey } from '../use-cases/create-api-key.ts';
import { FindApiKeys } from '../use-cases/find-api-keys.ts';
import { RevokeApiKey } from '../use-cases/revoke-api-key.ts';
import { idIn } from './input-id.ts';
import { CreateApiKeyInput, RevokeApiKeyInput } from './inputs/merchant.inputs.ts';
import {
  ApiKeyType,
  CreateApiKeyPayload,
  MerchantType,
  presentApiKey,
  RevokeApiKeyPayload,
} from './types/merchant.type.ts';

@ForAdmins()
@Resolver(() => MerchantType)
export class ApiKeysResolver {
  constructor(
    private readonly keys: FindApiKeys,
    private readonly create: CreateApiKey,
    private readonly revoke: RevokeApiKey,
    private readonly userErrors: UserErrors,
  ) {}

  @ResolveField(() => [ApiKeyType], { description: 'Its keys, the newest first, revoked and expired ones included.' })
  async apiKeys(@Parent() merchant: MerchantType): Promise<ApiKeyType[]> {
    return (await this.keys.of(merchant.id as MerchantId)).map(presentApiKey);
  }

  @Mutation(() => CreateApiKeyPayload, { description: 'Gives a merchant a secret key, which is shown this once.' })
  async createApiKey(
    @Args('input', { description: 'For whom, and until when.' }) input: CreateApiKeyInput,
  ): Promise<CreateApiKeyPayload> {
    const merchantId = idIn('mer', input.merchantId, 'merchantId');
    const created = merchantId.ok
      ? await this.create.execute({ merchantId: merchantId.value, expiresAt: input.expiresAt ?? null })
      : merchantId;
    if (!created.ok) return { apiKey: null, secretKey: null, userErrors: [this.userErrors.ofRefusal(created.error)] };
    const { apiKey, secretKey } = created.value;
    return { apiKey: presentApiKey(apiKey), secretKey, userErrors: [] };
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description: 'Ends a key for good; within a second it is refused everywhere.',
  })
  async revokeApiKey(
    @Args('input', { description: 'Which key.' }) input: RevokeApiKeyInput,
  ): Promise<RevokeApiKeyPayload> {
    const id = idIn('key', input.apiKeyId, 'apiKeyId');
    const revoked = id.ok ? await this.revoke.execute(id.value) : id;
    return revoked.ok
      ? { apiKey: presentApiKey(revoked.value), userErrors: [] }
      : { apiKey: null, userErrors: [this.userErrors.ofRefusal(revoked.error)] };
  }
}
