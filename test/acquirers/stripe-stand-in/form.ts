/** A form as Stripe reads it: `metadata[key]=value` nests, `expand[0]=value` and `expand[]=value` make a list. */
export interface Form {
  readonly [name: string]: string | Form | undefined;
}

export function readForm(text: string): Form {
  const form: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(text)) put(form, pathOf(name), value);
  return form as Form;
}

export function textOf(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' ? value : undefined;
}

export function textsOf(form: Form, name: string): Record<string, string> {
  const value = form[name];
  if (typeof value !== 'object') return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
  );
}

export function wholeOf(form: Form, name: string): number | undefined {
  const text = textOf(form, name);
  return text === undefined ? undefined : Number(text);
}

function pathOf(name: string): string[] {
  const [first = '', ...rest] = name.split('[');
  return [first, ...rest.map((part) => part.replace(/\]$/, ''))];
}

function put(into: Record<string, unknown>, [name = '', ...rest]: string[], value: string): void {
  const at = name === '' ? String(Object.keys(into).length) : name;
  if (rest.length === 0) {
    into[at] = value;
    return;
  }
  const inner = into[at];
  const nested = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  into[at] = nested;
  put(nested, rest, value);
}
