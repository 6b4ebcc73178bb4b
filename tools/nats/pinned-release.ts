export interface PinnedRelease {
  readonly version: string;
  readonly origin: string;
  /** By system and processor. */
  readonly sha256: Readonly<Record<string, string>>;
}

/**
 * A release of nats-server with the sums that the project pins for it in the build of its own container images. A newer
 * one is pinned by changing all of this together.
 */
export const pinnedRelease: PinnedRelease = {
  version: '2.10.29',
  origin: 'https://github.com/nats-io/nats-server/releases/download',
  sha256: {
    'linux-amd64': 'e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da',
    'linux-arm64': 'da4b27942ecfb4c5f0c54553d2e7f470ddda9d7581cfe8131b351a0e223ed401',
  },
};
