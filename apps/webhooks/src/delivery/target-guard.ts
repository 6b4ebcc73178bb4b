import { isIP, isIPv6, type LookupFunction } from 'node:net';
import { HostNames } from './host-names.ts';
import { isPublicAddress } from './public-address.ts';
import type { WebhookTargets } from './webhook-targets.ts';

/** The target is not one that we connect to. The message is fit for the merchant: it names no address of ours. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

/**
 * Decides where deliveries may go. Merchants name the URLs and we are inside: a URL that leads back in would make us their
 * arm in our own network.
 */
export class TargetGuard implements WebhookTargets {
  private readonly hostNames: HostNames;
  private readonly allowsPrivate: boolean;

  constructor(hostNames: HostNames, options: { readonly allowsPrivate: boolean }) {
    this.hostNames = hostNames;
    this.allowsPrivate = options.allowsPrivate;
  }

  async objectionTo(host: string): Promise<string | undefined> {
    try {
      await this.addressesOf(host);
      return undefined;
    } catch (error) {
      if (error instanceof TargetRefused) return error.message;
      throw error;
    }
  }

  /** The addresses that the host may be reached at. Throws `TargetRefused`. */
  async addressesOf(host: string): Promise<string[]> {
    const name = host.replace(/^\[(.*)\]$/, '$1');
    const addresses = isIP(name) === 0 ? await this.hostNames.addressesOf(name) : [name];
    if (addresses.length === 0) throw new TargetRefused('the host name does not resolve to an address');
    // One bad address is enough: which of them a connection takes is not ours to choose.
    if (!this.allowsPrivate && !addresses.every(isPublicAddress)) {
      throw new TargetRefused('the host is not on the public internet');
    }
    return addresses;
  }

  /**
   * The only way in which connections find their address, so that what was checked is what is connected to: a name that
   * leads elsewhere a moment later changes nothing. Literal addresses are not looked up; they are checked before.
   */
  readonly lookup: LookupFunction = (host, { all = false }, done) => {
    void this.answer(host, (error, addresses) => {
      const [first] = addresses;
      if (all) done(error, addresses);
      else done(error, first?.address ?? '', first?.family);
    });
  };

  private async answer(
    host: string,
    done: (error: Error | null, addresses: { address: string; family: number }[]) => void,
  ): Promise<void> {
    try {
      const addresses = await this.addressesOf(host);
      done(
        null,
        addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })),
      );
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)), []);
    }
  }
}
