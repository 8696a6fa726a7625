import type { ComponentChildren } from "preact";

/** One action. */
export interface CardProps {
  readonly id: string;
  readonly title: string;
  /** What it does, in a sentence. */
  readonly lead: string;
  readonly children: ComponentChildren;
}

/** A titled section. */
export function Card({ id, title, lead, children }: CardProps) {
  return (
    <section class={`card card-${id}`} aria-labelledby={`${id}-title`}>
      <h2 class="card-title" id={`${id}-title`}>
        {title}
      </h2>
      <p class="card-lead">{lead}</p>
      {children}
    </section>
  );
}
