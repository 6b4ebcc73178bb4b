import { Controller, Get, Param } from '@nestjs/common';
import { Temperament } from '../operations/acquirer-terms.ts';
import type { AcquirerTerms } from '../operations/acquirer-terms.ts';
import { parseAcquirer } from './acquirer-requests.ts';

/** What an acquirer charges and takes, for whoever chooses between them. */
@Controller('acquirers/:acquirer')
export class TermsController {
  constructor(private readonly temperament: Temperament) {}

  @Get()
  terms(@Param('acquirer') name: string): AcquirerTerms & { readonly name: string } {
    const acquirer = parseAcquirer(name);
    return { name: acquirer, ...this.temperament.termsOf(acquirer) };
  }
}
