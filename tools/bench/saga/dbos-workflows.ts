export interface WorkflowOrder {
  readonly amount: number;
  readonly sideBySide: number;
}

export interface WorkflowsDone {
  readonly perSecond: number;
}
