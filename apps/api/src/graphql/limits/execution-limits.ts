import type { ParseOptions, ValidationRule } from 'graphql';
import { LimitedExpansion, LimitedRootFields, OneMoneyMutation } from './operation-limits.ts';

/** Names, braces and brackets of a document. The introspection query of GraphiQL has some 200, our longest tab 150. */
const tokensMax = 1_000;

/** Whatever parses or validates an operation, over HTTP or a socket, does it with these. See also `operation-cost.ts`. */
export const parseLimits: ParseOptions = { maxTokens: tokensMax };

export const operationLimits: readonly ValidationRule[] = [LimitedExpansion, LimitedRootFields, OneMoneyMutation];
