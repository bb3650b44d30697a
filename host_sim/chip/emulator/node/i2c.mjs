// What hangs on an I2C bus, with the time of its bits. The devices themselves are on the other side
// of `ask`.
const READ = 1; // rp2040js I2CMode.Read
const TX_EMPTY = 1 << 4; // IC_RAW_INTR_STAT

// attached: addresses that answer; ask({ask: 'i2c', ...}) gives {ack, data} of a read, or takes
// what was written
export function wireI2c(bus, index, clock, attached, ask) {
  let address = 0, written = [], reading = [];
  const bits = (count, then) => later.schedule(count * ((bus.sclLowPeriod + bus.sclHighPeriod) * 8), then);
  const later = { schedule: (nanos, then) => ((later.then = then), later.alarm.schedule(nanos)), alarm: clock.createAlarm(() => later.then()) };
  const tell = (read) => {
    const answer = ask({ ask: 'i2c', bus: index, address, read, written });
    written = [];
    return answer;
  };
  bus.onStart = () => bits(1, () => bus.completeStart());
  bus.onConnect = (to, mode) =>
    bits(9, () => {
      address = to;
      let ack = attached.has(to);
      if (ack && mode === READ) {
        const answer = tell(true);
        ack = answer.ack;
        reading = [...answer.data];
      }
      bus.completeConnect(ack);
      // an abort empties the FIFO; without this the SDK waits for its time-out
      if (!ack) bus.setInterrupts(TX_EMPTY);
    });
  bus.onWriteByte = (byte) =>
    bits(9, () => {
      written.push(byte);
      bus.completeWrite(true);
    });
  bus.onReadByte = () => bits(9, () => bus.completeRead(reading.length ? reading.shift() : 0xff));
  bus.onStop = () =>
    bits(1, () => {
      if (written.length) tell(false);
      bus.completeStop();
    });
}
