"""Many jobs of one form: planned, and run as a batch."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from ogc_widgets.client import Client
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.form.for_each.choosing import Choosing
    from ogc_widgets.form.for_each.plan import Plan
    from ogc_widgets.form.values import FormValues


class ManyJobs:
    """What a form does with several values of its inputs."""

    process_id: str
    outputs: Any
    extra: Any
    response: Any
    _values: FormValues
    client: Client | None = None
    """Runs what :meth:`for_each` plans; None for nobody. An app sets its own."""

    @cached_property
    def choosing(self) -> Choosing:
        """What was chosen on the screen so far, to run the process for each of it."""
        from ogc_widgets.form.for_each.choosing import Choosing  # loads much

        return Choosing(self._values)

    def plan(self, values: object, *, names: str = "") -> Plan:
        """What :meth:`for_each` would run, each job checked; nothing is sent.

        Args:
            values: As for :meth:`for_each`.
            names: As for :meth:`for_each`.

        Returns:
            The jobs: ``len(plan)``, ``plan.inputs_list``, ``plan.labels`` and what is
            wrong, ``plan.problems``.

        Raises:
            InputError: It is neither lists of values nor a table, names an input that
                the process does not have, or a file of it cannot be read.
        """
        from ogc_widgets.form.for_each.planning import plan_of

        return plan_of(self._values, values, names)

    def for_each(
        self,
        values: object,
        *,
        at_once: int = 4,
        client: Client | None = None,
        title: str = "",
        names: str = "",
    ) -> Batch:
        """Run the process for each of several values; the form is left as it is.

        Other inputs are those of the form. Every job is checked as the form checks it
        before anything is sent.

        Args:
            values: Input id to values, each with each: a list; for areas also a
                FeatureCollection, a GeoDataFrame or the path of a file. Or a table
                whose columns are inputs, a job each row: a list of dicts, a DataFrame,
                or the path of a CSV, GeoPackage or GeoJSON file.
            at_once: Jobs that the server has at the same time, at most.
            client: Runs them; :attr:`client` if left out.
            title: What to call the batch.
            names: Property of the features, or column, that names the areas; the best
                one (``name``, ``id``, ...) if left out.

        Returns:
            The batch, which has been started. It can be awaited, and yields its jobs as
            they end.

        Raises:
            InvalidInputsError: Some jobs cannot be sent; nothing was.
            InputError: As for :meth:`plan`; or there is no client.
            ServerError: The server cannot be reached.
        """
        plan = self.plan(values, names=names)
        plan.require_valid()
        client = client or self.client
        if client is None:
            raise InputError(
                "There is no client that could run this.",
                advice="Pass one: form.for_each(..., client=client)",
            )
        return client.execute_many(
            self.process_id,
            plan.inputs_list,
            at_once=at_once,
            title=title,
            labels=plan.labels,
            **self.wishes,
        )

    @property
    def wishes(self) -> dict[str, Any]:
        """What is sent beside the inputs, as ``client.execute`` takes it."""
        outputs, extra = dict(self.outputs) or None, dict(self.extra)
        return {"outputs": outputs, "extra": extra, "response": self.response}
