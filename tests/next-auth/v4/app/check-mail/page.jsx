export default function CheckMail() {
  return (
    <main>
      <h1>Check your mail</h1>
    </main>
  );
}
