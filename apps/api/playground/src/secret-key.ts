const storageName = 'quittance:secret-key';

/**
 * The key that the page begins with: what was typed here before the page was loaded again, else what the server offers in
 * development. It lives as long as the browser's tab, and no longer.
 */
export function initialSecretKey(): string {
  const typed = sessionStorage.getItem(storageName);
  return typed ?? document.querySelector<HTMLMetaElement>('meta[name="quittance-preset-key"]')?.content ?? '';
}

export function rememberSecretKey(key: string): void {
  sessionStorage.setItem(storageName, key);
}
