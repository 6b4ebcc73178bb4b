import { describe, expect, test } from 'vitest';
import { findFullDisk, lookForRoom, requireRoomToStart, roomNews } from '../../../tools/launcher/disk.ts';
import { Home } from '../../../tools/launcher/home.ts';

const megabyte = 1024 * 1024;

class HomeOnDisk extends Home {
  private readonly free: number;

  constructor(freeMegabytes: number) {
    super('/var/quittance');
    this.free = freeMegabytes * megabyte;
  }

  override freeBytes(): Promise<number> {
    return Promise.resolve(this.free);
  }
}

describe('a disk', () => {
  test.each([
    [1_000, 'starts', 'ample', 'goes on'],
    [300, 'starts', 'little', 'goes on'],
    [100, 'does not start', 'little', 'goes on'],
    [5, 'does not start', 'none', 'is the reason'],
  ])('with %i MB left: a stack %s, has %s room, and what dies %s', async (left, start, room, death) => {
    const home = new HomeOnDisk(left);
    const starts = await requireRoomToStart(home).then(
      () => 'starts',
      () => 'does not start',
    );
    expect(starts).toBe(start);
    expect(await lookForRoom(home)).toBe(room);
    expect((await findFullDisk(home)) === undefined ? 'goes on' : 'is the reason').toBe(death);
  });

  test('is spoken of when its room changes, not before and not again', () => {
    const home = new HomeOnDisk(0);
    expect(roomNews(home, 'ample', 'ample')).toBeUndefined();
    expect(roomNews(home, 'ample', 'little')).toContain('has less than 512 MB left');
    expect(roomNews(home, 'little', 'none')).toContain('is full');
    expect(roomNews(home, 'none', 'none')).toBeUndefined();
    expect(roomNews(home, 'none', 'little')).toContain('has less than');
    expect(roomNews(home, 'none', 'ample')).toContain('has room again');
  });
});
