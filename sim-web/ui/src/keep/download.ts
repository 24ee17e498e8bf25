// Files out of the page, by way of a link that nobody sees; and pictures out of SVG.
import { words } from './words';

/** How long a browser may take to fetch what it was given, in ms. */
const UNTIL_FETCHED = 30_000;

/** Beside which a canvas of a browser stays empty. */
const MOST_SIDE = 16_384;
const MOST_AREA = 120_000_000;

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), UNTIL_FETCHED);
}

export function textFile(text: string, type: string): Blob {
  return new Blob([text], { type: `${type};charset=utf-8` });
}

/** A picture in points, twice as fine as it is large. */
export async function png(svg: string, scale = 2): Promise<Blob> {
  const image = new Image();
  // As data and not as an object: a canvas that drew an object's picture could not be read in every browser.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode().catch(() => {
    throw new Error(words.noPicture);
  });
  const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
  if (width > MOST_SIDE || height > MOST_SIDE || width * height > MOST_AREA) throw new Error(words.tooLarge);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  if (!context) throw new Error(words.noPicture);
  context.drawImage(image, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error(words.noPicture);
  return blob;
}
