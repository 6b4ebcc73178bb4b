import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * What stands for no host on the open internet, by the registries of special-purpose addresses (RFC 6890, 2024): a request
 * to one of these would reach our own machines, or nobody.
 */
const internalIPv4 = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // behind a carrier's NAT
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's host agent, which answers every machine there
  ['169.254.0.0', 16], // link-local, with the metadata of most clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
] as const;

/** Hosts have addresses in here. Loopback, link-local, private, multicast and what carries an IPv4 address are elsewhere. */
const globalIPv6 = ['2000::', 3] as const;

const internalIPv6 = [
  ['2001::', 23], // protocol assignments; Teredo, which carries an IPv4 address
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which carries an IPv4 address
  ['3fff::', 20], // documentation
] as const;

const internal = new BlockList();
for (const [network, prefix] of internalIPv4) internal.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of internalIPv6) internal.addSubnet(network, prefix, 'ipv6');

const global = new BlockList();
global.addSubnet(...globalIPv6, 'ipv6');

/** Whether the address is a host's on the open internet. Text that is no address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !internal.check(address, 'ipv4');
  return isIPv6(address) && global.check(address, 'ipv6') && !internal.check(address, 'ipv6');
}
