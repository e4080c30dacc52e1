export function Shop() {
  return <h1>Holdfast shop</h1>;
}
