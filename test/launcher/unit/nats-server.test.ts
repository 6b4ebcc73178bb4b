import { describe, expect, test } from 'vitest';
import { debianMirror, parseDeb822Sources, parseOneLineSources } from '../../../tools/nats/apt-sources.ts';
import { isNewEnough, parseVersion } from '../../../tools/nats/server-version.ts';

describe('a nats-server is new enough', () => {
  test.each([
    ['nats-server: v2.9.10', false],
    ['nats-server: v2.10.22', false],
    ['nats-server: v2.10.23', true],
    ['nats-server: v2.10.27-RC.1', true],
    ['nats-server: v2.15.1', true],
    ['nats-server: v3.0.0', true],
    ['nats-server: v1.99.99', false],
  ])('%s: %s', (text, expected) => {
    const version = parseVersion(text);
    expect(version && isNewEnough(version)).toBe(expected);
  });

  test('what says nothing has no version', () => {
    expect(parseVersion('command not found')).toBeUndefined();
  });
});

describe('the mirror comes from the machine’s own package sources', () => {
  const oneLine = `
# deb http://commented.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb-src http://source.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/vendor.gpg] https://vendor.example/apt stable main
deb [ arch=amd64 ] http://mirror.example/debian/ bookworm main contrib # close by
`;

  const deb822 = `
Types: deb
# http://commented.example/snapshot
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian/
 http://second.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
`;

  test.each([
    ['one line each', parseOneLineSources(oneLine)],
    ['deb822', parseDeb822Sources(deb822)],
  ])('%s', (_, sources) => {
    expect(debianMirror(sources, 'bookworm')).toBe('http://mirror.example/debian/');
  });

  test('a source that was switched off or commented out is not read', () => {
    const uris = [...parseOneLineSources(oneLine), ...parseDeb822Sources(deb822)].map(({ uri }) => uri);
    expect(uris).not.toContain('http://disabled.example/debian');
    expect(uris.join()).not.toContain('commented.example');
    expect(uris).not.toContain('http://source.example/debian');
  });

  test('security and foreign suites are no mirror', () => {
    const sources = parseOneLineSources('deb http://security.example/debian-security bookworm-security main');
    expect(debianMirror(sources, 'bookworm')).toBeUndefined();
  });
});
