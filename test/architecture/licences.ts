/** Licences that ask for nothing but their own text, by their SPDX names. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
  'Zlib',
]);

/** Why a package may stay although its licence asks for more. */
const tolerated: readonly { readonly packages: RegExp; readonly licence: string; readonly because: string }[] = [
  {
    packages: /^lightningcss(?:-.+)?$/,
    licence: 'MPL-2.0',
    because:
      'Vite minifies the playground’s styles with it; nothing of it is shipped, and we change none of its files.',
  },
];

export interface InstalledPackage {
  readonly name: string;
  /** As its package.json says: an SPDX expression, or one of the forms that came before. */
  readonly licence: unknown;
}

/** The names of packages that may not be used, each with the licence that is in the way. */
export function refusedLicences(packages: readonly InstalledPackage[]): string[] {
  return packages
    .filter(({ name, licence }) => !isPermissive(expressionOf(licence)) && !isTolerated(name, expressionOf(licence)))
    .map(({ name, licence }) => `${name}: ${expressionOf(licence) || 'no licence at all'}`);
}

/** `A OR B` is ours to choose from, `A AND B` binds by both. Brackets are taken off from the inside. */
export function isPermissive(expression: string): boolean {
  const inner = /\(([^()]*)\)/.exec(expression);
  if (inner !== null) {
    const [whole, content = ''] = inner;
    return isPermissive(expression.replace(whole, isPermissive(content) ? 'MIT' : 'refused'));
  }
  return expression.split(/ OR /).some((choice) => choice.split(/ AND /).every((name) => permissive.has(name.trim())));
}

function isTolerated(name: string, expression: string): boolean {
  return tolerated.some(({ packages, licence }) => packages.test(name) && licence === expression);
}

/** Before SPDX expressions there were `{ type }` and lists of choices. */
function expressionOf(licence: unknown): string {
  if (typeof licence === 'string') return licence;
  if (Array.isArray(licence)) return licence.map(expressionOf).join(' OR ');
  if (typeof licence === 'object' && licence !== null && 'type' in licence) return expressionOf(licence.type);
  return '';
}
