/** Reads a list that comes in pages. */

/** Most pages of one list: a server that never ends its list would be read forever. */
const maxPageCount = 1000;

/** Entries of a page: the most that the server gives. */
export const pageSize = 1000;

/** Yields the pages from the first to the last. `fetchPage` is given the token of the page, empty for the first. */
export async function* listPages<Page extends { readonly nextPageToken: string }>(
  fetchPage: (pageToken: string) => Promise<Page>,
): AsyncGenerator<Page> {
  let pageToken = "";
  for (let count = 0; count < maxPageCount; count++) {
    const page = await fetchPage(pageToken);
    yield page;
    pageToken = page.nextPageToken;
    if (pageToken === "") return;
  }
  throw new Error(`the server's list did not end within ${maxPageCount} pages`);
}
