/** What the demo shop sells. Amounts are in minor units; the pictures are apps/web/pictures. */

export interface DemoItem {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly imageUrl: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly stock: number;
}

export interface DemoSale {
  readonly name: string;
  readonly startsAfterHours: number;
  readonly lastsHours: number;
  readonly items: readonly { readonly sku: string; readonly purchaseLimit: number }[];
}

const euros = (amount: number) => ({ amount, currency: 'EUR' });

export const DEMO_ITEMS: readonly DemoItem[] = [
  {
    sku: 'AURORA-PHONE',
    name: 'Aurora 6 phone',
    description:
      'A 6.1-inch OLED screen, two days of battery and a camera that is good in the dark. 256 GB, unlocked, with a repair manual in the box.',
    imageUrl: '/pictures/phone.svg',
    price: euros(59_900),
    stock: 100,
  },
  {
    sku: 'TIDE-HEADPHONES',
    name: 'Tide headphones',
    description:
      'Over-ear, noise-cancelling, 40 hours on a charge. The cushions and the battery come out without tools.',
    imageUrl: '/pictures/headphones.svg',
    price: euros(17_900),
    stock: 40,
  },
  {
    sku: 'LUMEN-LAMP',
    name: 'Lumen desk lamp',
    description:
      'A warm, even light on a counterweighted arm of ash and brass. It dims from candle to daylight and remembers where you left it.',
    imageUrl: '/pictures/lamp.svg',
    price: euros(8_900),
    stock: 25,
  },
  {
    sku: 'DRIFT-MUG',
    name: 'Drift mug',
    description:
      'Stoneware, thrown by hand in small batches and glazed in the blue of a winter sea. Holds 350 ml; safe in the dishwasher.',
    imageUrl: '/pictures/mug.svg',
    price: euros(1_900),
    stock: 250,
  },
  {
    sku: 'ORBIT-CAMERA',
    name: 'Orbit instant camera',
    description:
      'Prints what it sees in a minute and a half. A glass lens, a metal shutter, and ten sheets of film to begin with.',
    imageUrl: '/pictures/camera.svg',
    price: euros(24_900),
    stock: 12,
  },
  {
    sku: 'TRAIL-PACK',
    name: 'Trail backpack',
    description:
      'Twenty-four litres of waxed canvas with a padded sleeve for a laptop. Rain stays outside; the zips are mended for life.',
    imageUrl: '/pictures/backpack.svg',
    price: euros(11_900),
    stock: 60,
  },
];

const WEEK_HOURS = 7 * 24;

export const DEMO_SALES: readonly DemoSale[] = [
  {
    name: 'Launch week',
    startsAfterHours: 0,
    lastsHours: WEEK_HOURS,
    items: [
      { sku: 'AURORA-PHONE', purchaseLimit: 2 },
      { sku: 'TIDE-HEADPHONES', purchaseLimit: 2 },
      { sku: 'LUMEN-LAMP', purchaseLimit: 2 },
      { sku: 'DRIFT-MUG', purchaseLimit: 6 },
      { sku: 'ORBIT-CAMERA', purchaseLimit: 1 },
      { sku: 'TRAIL-PACK', purchaseLimit: 2 },
    ],
  },
  {
    name: 'Night market',
    startsAfterHours: WEEK_HOURS,
    lastsHours: 24,
    items: [
      { sku: 'DRIFT-MUG', purchaseLimit: 4 },
      { sku: 'LUMEN-LAMP', purchaseLimit: 1 },
      { sku: 'TRAIL-PACK', purchaseLimit: 1 },
    ],
  },
];
