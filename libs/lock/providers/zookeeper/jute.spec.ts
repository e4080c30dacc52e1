import { describe, expect, test } from '@jest/globals';
import { JuteReader, JuteWriter, PacketReader } from './jute.js';

describe('packets', () => {
  test('are read back as they were written, however the socket cuts them', () => {
    const one = new JuteWriter()
      .int(-4)
      .long(2n ** 40n)
      .bool(true)
      .text('ü');
    const two = new JuteWriter().text('');
    const bytes = Buffer.concat([one.packet(), two.packet()]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const reader = new PacketReader();
      const packets: Buffer[] = [];
      for (let start = 0; start < bytes.length; start += size) {
        packets.push(...reader.take(bytes.subarray(start, start + size)));
      }
      expect(packets).toHaveLength(2);
      const from = new JuteReader(packets[0] as Buffer);
      expect([from.int(), from.long(), from.bool(), from.text()]).toEqual([-4, 2n ** 40n, true, 'ü']);
      expect(new JuteReader(packets[1] as Buffer).text()).toBe('');
    }
  });
});
