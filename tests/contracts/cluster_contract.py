"""What every ClusterSource with its Actuator must do, told once for the real API server and for the simulation.

Each function of CONTRACT takes a `Bench` and uses workloads of its own name, so all of them can run on
one namespace. Use it so:

    @pytest.mark.parametrize("holds", CONTRACT, ids=lambda holds: holds.__name__)
    async def test_contract(bench, holds):
        await holds(bench)
"""

from collections.abc import Awaitable, Callable

from tests.contracts import cluster_actions as actions
from tests.contracts import cluster_reads as reads
from tests.contracts.cluster_bench import Bench

__all__ = ["CONTRACT", "Bench"]

CONTRACT: list[Callable[[Bench], Awaitable[None]]] = [
    reads.a_name_resolves_to_its_workload,
    reads.what_is_not_there_is_an_empty_gap,
    reads.revisions_are_named_and_one_is_current,
    reads.pods_belong_to_the_current_revision_after_a_rollout,
    reads.secrets_in_plain_env_never_come_out,
    reads.a_release_is_a_change_with_both_revisions_and_a_diff,
    reads.an_edited_configuration_is_a_change_and_its_digest_moves,
    reads.scaling_is_a_change_but_a_rollout_is_no_scaling,
    reads.nodes_and_services_are_listed,
    reads.an_inventory_holds_a_workload_with_all_that_belongs_to_it,
    reads.an_inventory_shows_the_nodes_and_who_keeps_them,
    reads.an_inventory_of_an_unknown_namespace_is_an_empty_gap,
    reads.messages_are_of_those_asked_for_or_say_why_not,
    reads.messages_of_nobody_are_an_empty_gap,
    actions.a_preview_changes_nothing_and_says_what_would,
    actions.a_rollback_and_its_undo_reach_the_named_revisions,
    actions.a_restart_is_a_change_of_its_own_kind,
    actions.a_scaling_by_us_leaves_the_spec_hash_and_can_be_undone,
    actions.a_key_makes_an_action_happen_once,
    actions.what_was_done_and_taken_back_since_is_not_done_by_a_late_one,
    actions.a_target_somebody_else_changed_is_refused,
    actions.a_revision_that_is_not_there_is_refused_by_number_and_by_hash,
    actions.an_action_without_effect_or_target_is_a_gap,
]
