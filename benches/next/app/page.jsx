export default function Page() {
  return <main>The routes that are measured are below /api.</main>;
}
