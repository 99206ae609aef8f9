// Two texts of one object that differ in the order of keys or in white space are no conflict any more. Empties what was
// folded: what was refused for that is not.

export { up } from './0011-object-remarks.ts'
