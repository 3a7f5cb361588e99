/** What the pages router shows when a page can't be, such as while Doorward is down. */
export default function Failed() {
  return (
    <>
      <h1>This page can’t be shown right now</h1>
      <p>Nothing is lost. Please try again in a minute.</p>
    </>
  )
}
