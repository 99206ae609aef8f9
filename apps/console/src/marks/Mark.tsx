// The product's mark.

/** Two ticks, one by each hand. */
export function Mark() {
  return (
    <svg
      aria-hidden
      className="product-mark"
      viewBox="0 0 24 24"
      width="22"
      height="22"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.4"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d="M3 7.5 6.5 11 12 4.5" />
      <path d="M12 15.5 15.5 19 21 12.5" />
      <path d="M3 19h5M16 5h5" />
    </svg>
  )
}
