// The guided tours, in the order in which they are offered.
import { autoscaler } from './tours/autoscaler';
import { knee } from './tours/knee';
import { retryStorm } from './tours/retry-storm';
import { slowServer } from './tours/slow-server';
import { stampede } from './tours/stampede';
import type { Tour } from './tours/tour';

export const tours: Tour[] = [slowServer, knee, stampede, retryStorm, autoscaler];

export function tourOf(id: string): Tour | null {
  return tours.find((tour) => tour.id === id) ?? null;
}
