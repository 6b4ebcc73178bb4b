import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { cardFactsOf, isTestCardToken, parseId, type MerchantId, type RoutingProblem } from '#domain';
import { ForAdmins } from '../auth/principal.guard.ts';
import { UserErrors } from '../graphql/errors/user-errors.ts';
import { MoneyInput, moneyOf } from '../graphql/inputs/money.input.ts';
import type { UserErrorType } from '../graphql/types/user-error.type.ts';
import { ExplainRoute } from '../use-cases/explain-route.ts';
import { FindRouting } from '../use-cases/find-routing.ts';
import { SaveRouting, type SaveRoutingRefusal } from '../use-cases/save-routing.ts';
import { idIn } from './input-id.ts';
import { SaveRoutingInput } from './inputs/routing.inputs.ts';
import { pageSizeDefault, pageSizeWithin } from './page-size.ts';
import { configurationOf, inputPathOf, presentRouting } from './routing-in-graphql.ts';
import { CardBrandType } from './types/routing.enums.ts';
import {
  RouteExplanationType,
  RoutingConfigurationType,
  SaveRoutingPayload,
  type RoutingErrorType,
} from './types/routing.type.ts';

@ForAdmins()
@Resolver()
export class RoutingResolver {
  constructor(
    private readonly save: SaveRouting,
    private readonly routing: FindRouting,
    private readonly explain: ExplainRoute,
    private readonly userErrors: UserErrors,
  ) {}

  @Mutation(() => SaveRoutingPayload, {
    description: 'Says where the payments of a merchant go from now on. Payments that exist keep their version.',
  })
  async saveRouting(
    @Args('input', { description: 'Whose payments, and where they go.' }) input: SaveRoutingInput,
  ): Promise<SaveRoutingPayload> {
    const merchantId = idIn('mer', input.merchantId, 'merchantId');
    if (!merchantId.ok) return refused([this.userErrors.ofRefusal(merchantId.error)]);
    const configuration = configurationOf(input.configuration);
    const saved = await this.save.execute({ merchantId: merchantId.value, configuration, savedBy: 'admin' });
    if (saved.ok) return { routingConfiguration: presentRouting(saved.value), userErrors: [] };
    return refused(this.errorsOf(saved.error, merchantId.value, ({ path }) => inputPathOf(configuration, path)));
  }

  @Query(() => [RoutingConfigurationType], {
    description: 'Where the payments of a merchant go, the newest version first. None: the platform’s own holds.',
  })
  async routingConfigurations(
    @Args('merchantId', { type: () => ID, description: 'Whose payments.' }) merchant: string,
    @Args('first', { type: () => Int, defaultValue: pageSizeDefault, description: 'How many: 1 to 200.' })
    first: number,
  ): Promise<RoutingConfigurationType[]> {
    const merchantId = parseId('mer', merchant);
    if (merchantId === undefined) return [];
    return (await this.routing.versionsOf(merchantId, pageSizeWithin(first))).map(presentRouting);
  }

  @Query(() => RouteExplanationType, {
    nullable: true,
    description:
      'Where a payment would go now, and why; null when there is no such merchant. Nothing is written. Where chance takes ' +
      'part, each question is answered like a payment of its own.',
  })
  async explainRoute(
    @Args('merchantId', { type: () => ID, description: 'Whose payment.' }) merchant: string,
    @Args('amount', { description: 'How much.' }) amount: MoneyInput,
    @Args('brand', { type: () => CardBrandType, nullable: true, description: 'Absent: that of the token, if any.' })
    brand?: string | null,
    @Args('country', { type: () => String, nullable: true, description: 'Absent: that of the token, if any.' })
    country?: string | null,
    @Args('cardToken', { type: () => String, nullable: true, description: 'A card by its token, such as `tok_visa`.' })
    cardToken?: string | null,
  ): Promise<RouteExplanationType | null> {
    const merchantId = parseId('mer', merchant);
    if (merchantId === undefined) return null;
    if (!Number.isSafeInteger(amount.minor) || amount.minor < 1) {
      throw badArgument('amount', 'An amount is a whole number of minor units, 1 to 2^53−1.');
    }
    const card = cardOf(cardToken ?? undefined);
    const question = {
      merchantId,
      amount: moneyOf(amount),
      brand: brand ?? card.brand,
      country: country ?? card.country,
    };
    return (await this.explain.execute(question)) ?? null;
  }

  private errorsOf(
    refusal: SaveRoutingRefusal,
    merchantId: MerchantId,
    pathOf: (problem: RoutingProblem) => string[],
  ): UserErrorType[] {
    if (refusal.code === 'no_such_merchant') {
      const message = `There is no merchant ${merchantId}.`;
      return [this.userErrors.ofRefusal({ code: 'not_found', message, path: ['input', 'merchantId'] })];
    }
    return refusal.problems.map((problem): RoutingErrorType => {
      const { message, code: kind } = problem;
      const path = pathOf(problem);
      const { code, docsUrl } = this.userErrors.ofRefusal({ code: 'invalid_input', message, path });
      return { __typename: 'RoutingError', code, message, path, docsUrl, problem: kind };
    });
  }
}

function refused(userErrors: readonly UserErrorType[]): SaveRoutingPayload {
  return { routingConfiguration: null, userErrors };
}

function cardOf(token: string | undefined): { readonly brand: string | null; readonly country: string | null } {
  if (token === undefined) return { brand: null, country: null };
  if (!isTestCardToken(token)) throw badArgument('cardToken', `There is no card token ${token}.`);
  return cardFactsOf(token);
}

function badArgument(argument: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', argument } });
}
