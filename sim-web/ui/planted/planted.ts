// A mistake that the check has to find: an element that may not be there.
export const first: number = [1, 2, 3][0];
