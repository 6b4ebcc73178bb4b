import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Hands what an event handler throws to the transport unchanged, because the kind of error decides the acknowledgement;
 * Nest alone would turn it into an "Internal server error" without a cause.
 */
@Catch()
export class FaultsPassThrough implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
