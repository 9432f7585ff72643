/** Hands a file to the browser, which keeps it where it keeps what people download. */
export function saveFile(content: BlobPart, name: string): void {
  const url = URL.createObjectURL(new Blob([content]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
