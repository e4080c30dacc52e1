export function ControlRoom() {
  return <h1>Control room</h1>;
}
