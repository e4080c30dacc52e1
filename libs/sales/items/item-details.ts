import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IsText } from '#platform';

/** A path of this shop or an https address: what an <img> of the storefront may show. */
const IMAGE_URL = /^(\/(?![/\\])|https?:\/\/)[\x21-\x7e]*$/;

/**
 * What a shop says of its items. A field more is a member of these two classes, a column below and in item.entity.ts, and a
 * migration: the bodies of items and sales follow, and so do the statements that read and write them.
 */
export class ItemDetails {
  @ApiProperty({ example: 'Phone One', minLength: 1, maxLength: 200 })
  @IsText(1, 200)
  name: string;

  @ApiPropertyOptional({ maxLength: 5_000, nullable: true, type: String })
  @IsOptional()
  @IsText(0, 5_000)
  description?: string | null;

  @ApiPropertyOptional({ example: '/pictures/phone.svg', maxLength: 2_000, nullable: true, type: String })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  @Matches(IMAGE_URL, { message: 'imageUrl must be a path or an http(s) URL' })
  imageUrl?: string | null;
}

/** As everybody sees it, in the catalogue and in a sale. */
export class ItemDetailsView {
  @ApiProperty() name: string;
  @ApiProperty() description: string;
  @ApiProperty({ type: String, nullable: true }) imageUrl: string | null;
}

type DetailName = keyof ItemDetails | keyof ItemDetailsView;
type Details = Pick<ItemDetailsView, DetailName>;

/** Where each is kept: a column of `item`. */
const COLUMNS: Record<DetailName, string> = {
  name: 'name',
  description: 'description',
  imageUrl: 'image_url',
};

/** What an item has of those that were not told, or as null. */
const UNTOLD: Omit<Details, 'name'> = { description: '', imageUrl: null };

/** Members of `json_build_object`, for a statement that reads from `item`. */
export const DETAILS_SQL = Object.entries(COLUMNS)
  .map(([name, column]) => `'${name}', item.${column}`)
  .join(', ');

/** All details, of an item or for a new one. */
export function detailsOf(source: ItemDetails): Details {
  return { ...UNTOLD, name: source.name, ...toldDetails(source) };
}

/** Those that were told, as they are to be kept. */
export function toldDetails(source: Partial<ItemDetails>): Partial<Details> {
  const told = (Object.keys(COLUMNS) as DetailName[]).filter((name) => source[name] !== undefined);
  const untold: Partial<Details> = UNTOLD;
  return Object.fromEntries(told.map((name) => [name, source[name] ?? untold[name]]));
}
