import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { uuidOf, type EndpointStatus } from '#domain';
import { isWebhookSecret } from '#security';
import { HostNames } from '../../apps/webhooks/src/delivery/host-names.ts';
import { newId } from '../support/payment-events.ts';
import { until } from '../support/until.ts';
import { Delivering } from './delivering.ts';

let delivering: Delivering;

/** What the name servers say, for tests that ask no name server. */
const names = new Map([
  ['shop.example', ['93.184.215.14']],
  ['nowhere.invalid', []],
]);

beforeAll(async () => {
  delivering = await Delivering.begin();
  const service = await delivering.enter({ NODE_ENV: 'production', WEBHOOKS_ALLOW_PRIVATE_TARGETS: 'false' });
  const nameServers = new HostNames();
  vi.spyOn(service.get(HostNames), 'addressesOf').mockImplementation(
    async (host) => names.get(host) ?? nameServers.addressesOf(host),
  );
});

afterAll(() => delivering.end());

describe('an endpoint', () => {
  test('is created with a secret that is shown once and that only this service can read', async () => {
    const merchantId = newId('mer');
    const created = await delivering.create('https://shop.example/hooks', ['payment.captured'], merchantId);
    if (!created.ok) throw new Error(created.message);
    expect(created.endpoint).toMatchObject({
      id: expect.stringMatching(/^whe_/),
      url: 'https://shop.example/hooks',
      status: 'enabled',
      eventTypes: ['payment.captured'],
    });
    expect(isWebhookSecret(created.signingSecret)).toBe(true);

    const api = new pg.Pool({ connectionString: delivering.stage.database.urlFor('api') });
    const endpoints = await api.query('SELECT * FROM feed.endpoint WHERE merchant_id = $1', [uuidOf(merchantId)]);
    expect(endpoints.rows).toHaveLength(1);
    expect(JSON.stringify(endpoints.rows)).not.toContain(created.signingSecret);
    await expect(api.query('SELECT * FROM feed.endpoint_secret')).rejects.toThrow('permission denied');
    await api.query('SELECT FROM feed.merchant_event, feed.delivery, feed.delivery_attempt');
    await expect(api.query(`UPDATE feed.endpoint SET url = 'https://elsewhere.example'`)).rejects.toThrow(
      'permission denied',
    );
    await api.end();
  });

  test('is deleted by its merchant and by nobody else, and asking again gives the same answer', async () => {
    const merchantId = newId('mer');
    const created = await delivering.create('https://shop.example/', ['*'], merchantId);
    if (!created.ok) throw new Error(created.message);
    const { id } = created.endpoint;
    expect(await delivering.delete(newId('mer'), id)).toEqual({ ok: false });
    expect(await delivering.delete(merchantId, newId('whe'))).toEqual({ ok: false });
    expect(await delivering.delete(merchantId, 'whe_1')).toEqual({ ok: false });
    const deleted = await delivering.delete(merchantId, id);
    expect(deleted).toMatchObject({ ok: true, endpoint: { id, status: 'disabled' } });
    const rows = () =>
      delivering.stage.query('SELECT * FROM feed.endpoint WHERE merchant_id = $1', [uuidOf(merchantId)]);
    const before = await rows();
    // Whoever never got the answer asks again: neither the answer nor the time of the deletion is another then.
    expect(await delivering.delete(merchantId, id)).toEqual(deleted);
    expect(await rows()).toEqual(before);
    expect(await delivering.delete(newId('mer'), id)).toEqual({ ok: false });
    const left = await delivering.stage.query('SELECT FROM feed.endpoint_secret WHERE merchant_id = $1', [
      uuidOf(merchantId),
    ]);
    expect(left).toEqual([]);
  });

  test('a merchant has twenty at most, also when it asks for forty at once', async () => {
    const merchantId = newId('mer');
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) => delivering.create(`https://shop.example/${index}`, ['*'], merchantId)),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(20);
    expect(replies.find(({ ok }) => !ok)).toMatchObject({ field: 'url', message: expect.stringContaining('20') });

    const [first] = replies.flatMap((reply) => (reply.ok ? [reply.endpoint] : []));
    await delivering.delete(merchantId, first?.id ?? '');
    expect(await delivering.create('https://shop.example/again', ['*'], merchantId)).toMatchObject({ ok: true });
  });

  test.each<EndpointStatus>(['disabled', 'disabled_by_failures'])(
    'one that is %s takes a place until it is deleted',
    async (status) => {
      const merchantId = newId('mer');
      const created = await Promise.all(
        Array.from({ length: 20 }, (_, index) => delivering.create(`https://shop.example/${index}`, ['*'], merchantId)),
      );
      expect(created.filter(({ ok }) => ok)).toHaveLength(20);
      await delivering.stage.query('UPDATE feed.endpoint SET status = $2 WHERE merchant_id = $1', [
        uuidOf(merchantId),
        status,
      ]);
      expect(await delivering.create('https://shop.example/more', ['*'], merchantId)).toMatchObject({
        ok: false,
        message: expect.stringContaining('20'),
      });

      const [first] = created.flatMap((reply) => (reply.ok ? [reply.endpoint] : []));
      expect(await delivering.delete(merchantId, first?.id ?? '')).toMatchObject({ ok: true, endpoint: { status } });
      expect(await delivering.create('https://shop.example/more', ['*'], merchantId)).toMatchObject({ ok: true });
    },
  );

  test.each([
    ['plain http', 'http://shop.example/', 'https://'],
    ['another protocol', 'ftp://shop.example/', 'https://'],
    ['no URL', 'shop.example', 'https://'],
    ['a password', 'https://user:secret@shop.example/', 'password'],
    ['too long', `https://shop.example/${'x'.repeat(2_048)}`, '2048'],
    ['a host that nobody knows', 'https://nowhere.invalid/', 'does not resolve'],
  ])('%s is refused', async (_, url, because) => {
    expect(await delivering.create(url)).toEqual({
      ok: false,
      field: 'url',
      message: expect.stringContaining(because),
    });
  });

  test('the longest URL that there may be is taken', async () => {
    const url = `https://shop.example/${'x'.repeat(2_048 - 21)}`;
    expect(await delivering.create(url)).toMatchObject({ ok: true, endpoint: { url } });
  });

  test.each([
    ['a type that there is not', ['payment.captured', 'payment.stolen'], 'payment.stolen'],
    ['no type', [], 'at least one'],
  ])('%s is refused', async (_, eventTypes, because) => {
    expect(await delivering.create('https://shop.example/', eventTypes)).toEqual({
      ok: false,
      field: 'eventTypes',
      message: expect.stringContaining(because),
    });
  });
});

describe('a URL that leads back into our own network', () => {
  test.each([
    ['loopback', 'https://127.0.0.1/'],
    ['loopback in one number', 'https://2130706433/'],
    ['loopback in octal', 'https://0177.0.0.1/'],
    ['loopback in short', 'https://127.1/'],
    ['loopback by name', 'https://localhost/'],
    ['loopback by a name below', 'https://sub.localhost./'],
    ['loopback in IPv6', 'https://[::1]/'],
    ['loopback, IPv4-mapped', 'https://[::ffff:127.0.0.1]/'],
    ['loopback, IPv4-compatible', 'https://[::127.0.0.1]/'],
    ['unspecified', 'https://0.0.0.0/'],
    ['unspecified in IPv6', 'https://[::]/'],
    ['private', 'https://10.1.2.3/'],
    ['private, IPv4-mapped in hexadecimal', 'https://[::ffff:c0a8:101]/'],
    ['the metadata of the cloud', 'https://169.254.169.254/latest/meta-data/'],
    ['carrier NAT', 'https://100.100.100.200/'],
    ['link-local in IPv6', 'https://[fe80::1]/'],
    ['unique local', 'https://[fd00:ec2::254]/'],
    ['multicast', 'https://239.255.255.250/'],
    ['multicast in IPv6', 'https://[ff02::1]/'],
    ['broadcast', 'https://255.255.255.255/'],
    ['NAT64 of a private address', 'https://[64:ff9b::10.0.0.1]/'],
    ['6to4 of loopback', 'https://[2002:7f00:1::]/'],
    ['Teredo', 'https://[2001:0:4136:e378::1]/'],
    ['full-width digits', 'https://１２７.０.０.１/'],
  ])('is refused: %s', async (_, url) => {
    expect(await delivering.create(url)).toEqual({
      ok: false,
      field: 'url',
      message: 'Events cannot be sent there: the host is not on the public internet.',
    });
  });

  test.each([
    ['private', ['192.168.0.10']],
    ['private beside a public one', ['93.184.215.14', '172.16.0.1']],
    ['in IPv6', ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', '::1']],
  ])('is refused when only the name server knows: %s', async (_, addresses) => {
    names.set('inside.example', addresses);
    expect(await delivering.create('https://inside.example/')).toMatchObject({ ok: false, field: 'url' });
  });

  test.each([
    ['https://93.184.215.14/'],
    ['https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/'],
    ['https://172.32.0.1/'],
    ['https://100.128.0.1/'],
  ])('and one that does not is taken: %s', async (url) => {
    expect(await delivering.create(url)).toMatchObject({ ok: true });
  });

  test('is not connected to when the name comes to lead there later, or was there all along', async () => {
    names.set('rebinding.example', ['93.184.215.14']);
    const merchantId = newId('mer');
    const path = '/rebound';
    const rebound = `https://rebinding.example:${delivering.receiver.port}${path}`;
    expect(await delivering.create(rebound, ['*'], merchantId)).toMatchObject({ ok: true });
    expect(await delivering.create('https://shop.example/', ['*'], merchantId)).toMatchObject({ ok: true });
    // As if the literal had been let in by an earlier release.
    await delivering.stage.query(
      `UPDATE feed.endpoint SET url = replace(url, 'https:', 'http:') WHERE merchant_id = $1`,
      [uuidOf(merchantId)],
    );
    await delivering.stage.query(
      `UPDATE feed.endpoint SET url = $2 WHERE merchant_id = $1 AND url = 'http://shop.example/'`,
      [uuidOf(merchantId), delivering.receiver.urlOf(path)],
    );
    names.set('rebinding.example', ['127.0.0.1']);
    await delivering.happen(merchantId);
    const attempts = await until('both attempts', async () => {
      const rows = await delivering.stage.query<{ error: string }>(
        'SELECT error FROM feed.delivery_attempt WHERE merchant_id = $1',
        [uuidOf(merchantId)],
      );
      return rows.length === 2 && rows;
    });
    expect(attempts).toEqual([
      { error: 'the host is not on the public internet' },
      { error: 'the host is not on the public internet' },
    ]);
    expect(delivering.receiver.at(path)).toEqual([]);
  });
});
