// A PWM channel whose outputs stay low and that raises no interrupt wraps unseen. A silent sounder
// would else be most of what happens on a sleeping chip: 2300 wraps a second. Its counter goes on,
// and any write to a register wakes it.
export function quietPwm(pwm) {
  const write = pwm.writeUint32.bind(pwm);
  const listen = (channel, on) => {
    for (const alarm of [channel.alarmA, channel.alarmB, channel.alarmBottom]) alarm.enable = on;
  };
  pwm.writeUint32 = (offset, value) => {
    pwm.channels.forEach((channel) => listen(channel, true));
    write(offset, value);
  };
  for (const channel of pwm.channels) {
    const { alarmBottom } = channel, wrap = alarmBottom.callback;
    alarmBottom.callback = () => {
      wrap();
      const settled = channel.cc === 0 && !channel.ccUpdated && !channel.topUpdated;
      if (settled && !(pwm.intEnable & (1 << channel.index))) listen(channel, false);
    };
  }
}
