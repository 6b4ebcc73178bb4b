import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';
import { readDocsPages } from './docs-pages.ts';

/** The pages that errors link to. They run nothing and ask for nothing. */
const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

@Controller('docs')
export class DocsController {
  private readonly pages = readDocsPages();

  @Get(':page')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', contentSecurityPolicy)
  @Header('cache-control', 'public, max-age=300')
  @Header('x-content-type-options', 'nosniff')
  page(@Param('page') name: string): string {
    const page = this.pages.get(name);
    if (page === undefined) throw new NotFoundException(`There is no page "${name}".`);
    return page;
  }
}
