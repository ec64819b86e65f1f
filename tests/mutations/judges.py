"""Which numbers from elsewhere judge which formula: the tests that must notice a fault in it.

A model or a test is judged by what `MODELS` and `TESTS` say; what several rows of a file use, by what all of these say. What
members share is judged by `SHARED`, by file or by formula.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache

from eventstudy import plugins

from tests.mutations.mutants import Mutant, planted, source
from tests.mutations.oracles import Case, forget, in_time
from tests.mutations.oracles import cases as cases_of

_TOGETHER = "inference.test_families"
_FEW_PAIRS, _MANY = "oracles.test_few_pairs", "oracles.test_multiplicity"
_G, _S, _R = "oracles.test_golden", "oracles.test_scalar", "oracles.test_resampled_and_joint"
_REF, _PUB, _FEW = "oracles.test_reference", "oracles.test_published", "inference.test_refusals"
_LINE, _OLS, _FF = "oracles.test_identities", "oracles.test_statsmodels", "oracles.test_models_factors"
_THIN, _ROBUST = "oracles.test_models_thin_trading", "oracles.test_models_robust"
_GARCH, _COUNTER = "oracles.test_models_garch", "oracles.test_models_counterfactual"
_E, _GAP = "oracles.test_edges", "panel.test_trade_to_trade"
_TRADED, _SAME = "panel.test_trade_to_trade", "inference.test_same_returns"
_KERNEL, _TOTALS, _ACCURATE = "engine.test_kernel", "engine.test_totals", "engine.test_accuracy"
_VOLUME, _OUTCOME, _P = "oracles.test_models_volume", "models.test_outcomes", "oracles.test_placebo"
_SAMPLES = "inference.test_many"
_KINDS = "inference.test_clusters"
_WEIGHTS, _LEAST_P = "inference.test_weights", "oracles.test_least_p"

_PAIRS = (
    f"{_S}:test_statistic",
    f"{_S}:test_degrees_of_freedom_and_p_values",
    f"{_FEW}:test_one_pair",
    f"{_FEW}:test_least_number_of_pairs",
)
_MORE = (
    f"{_R}:test_statistic",
    f"{_R}:test_references_and_degrees_of_freedom",
    f"{_FEW}:test_one_pair",
    f"{_FEW}:test_least_number_of_pairs",
)
_FACTORS = (f"{_FF}:test_coefficients_and_car_with_its_standard_error",)
_LEAST_SQUARES = (
    f"{_OLS}:test_coefficients_residuals_and_variance",
    f"{_OLS}:test_forecast_covariance_between_days",
    f"{_OLS}:test_exact_t_is_the_t_of_event_dummies",
)

TESTS = {
    "beaver_u": (
        *_MORE,
        f"{_LEAST_P}:test_least_p_of_ordinary_days",
        f"{_R}:test_beaver_placebo",
        f"{_E}:test_degrees_of_freedom_that_a_variance_needs",
    ),
    "bhar_bootstrap": (
        f"{_R}:test_bhar_bootstrap",
        f"{_R}:test_bhar_bootstrap_refuses_few",
        f"{_R}:test_a_resample_without_spread_counts_as_extreme",
        f"{_E}:test_smallest_p_of_a_bootstrap_is_two_in_draws_plus_one",
        f"{_E}:test_a_bootstrap_in_the_middle_of_its_draws_has_p_near_one",
        f"{_E}:test_size_of_a_resample",
        f"{_E}:test_equal_buy_and_hold_returns_are_refused",
    ),
    "bmp": _PAIRS,
    "bmp_adjusted": (
        *_PAIRS,
        f"{_FEW_PAIRS}:test_bmp_adjusted_of_five_pairs",
        f"{_FEW_PAIRS}:test_other_pairs_by_loops",
        f"{_FEW_PAIRS}:test_pairs_that_react_by_their_risk_have_no_bounds_for_one_effect",
    ),
    "weighted_mean": (
        f"{_WEIGHTS}:test_the_weighted_mean_on_several_dates_by_whole_matrices",
        f"{_WEIGHTS}:test_equal_weights_of_single_dates_are_the_t_of_one_sample",
        f"{_WEIGHTS}:test_five_firms_of_equal_weight_on_two_dates_are_enough",
    ),
    "caar_t": (
        f"{_FEW_PAIRS}:test_mean_car_of_five_pairs",
        f"{_FEW_PAIRS}:test_two_pairs_are_enough_for_a_mean_car",
        f"{_FEW_PAIRS}:test_other_pairs_by_loops",
        f"{_FEW_PAIRS}:test_same_abnormal_returns_have_no_spread_around_one_effect",
        f"{_FEW_PAIRS}:test_least_variance_of_a_sum",
        f"{_S}:test_mean_car_and_guarded_patell_of_pairs_that_share_dates",
    ),
    "placebo_sum": (
        f"{_FEW_PAIRS}:test_placebo_sum_against_all_sums",
        f"{_FEW_PAIRS}:test_placebo_sum_on_the_scale_of_near_days",
        f"{_FEW_PAIRS}:test_the_interval_of_a_placebo_sum_never_contradicts_its_p",
    ),
    "patell_guarded": (
        f"{_E}:test_degrees_of_freedom_that_a_variance_needs",
        f"{_FEW_PAIRS}:test_guarded_patell_of_five_pairs",
        f"{_FEW_PAIRS}:test_guarded_patell_of_pairs_that_react_alike",
        f"{_FEW_PAIRS}:test_other_pairs_by_loops",
        f"{_FEW_PAIRS}:test_pairs_with_nearly_nothing_of_their_own",
        f"{_S}:test_mean_car_and_guarded_patell_of_pairs_that_share_dates",
    ),
    "calendar_time": (
        f"{_R}:test_calendar_time_is_the_regression_of_statsmodels",
        f"{_R}:test_calendar_time_takes_the_factors_where_there_are_some",
        f"{_R}:test_calendar_time_needs_thirty_days_and_raw_returns",
        f"{_E}:test_calendar_time_over_many_days",
    ),
    "cda": (
        *_PAIRS,
        f"{_S}:test_days_with_half_of_the_pairs_stay_and_those_with_fewer_go",
        f"{_S}:test_statistic_of_other_models",
        f"{_E}:test_published_dependence_adjustment_counts_days_with_a_single_pair",
    ),
    "conformal": (
        f"{_S}:test_conformal_against_all_permutations",
        f"{_S}:test_residuals_refitted_under_the_null",
        f"{_S}:test_conformal_of_a_window_depends_on_the_seed_and_on_nothing_else",
        f"{_E}:test_p_of_a_permutation_counts_its_draws",
        f"{_E}:test_days_of_changing_variance_are_refitted_on_one_scale",
        f"{_E}:test_drawn_sets_of_days_have_no_day_twice_and_leave_none_out",
        f"{_GAP}:test_permutations_do_not_take_a_long_return_for_a_day",
    ),
    "corrado_rank": (
        *_PAIRS,
        f"{_FEW}:test_ranks_of_a_window_that_is_nearly_everything",
        f"{_GAP}:test_a_return_across_a_gap_is_ranked_as_a_day_is",
    ),
    "corrado_zivney": (
        *_MORE,
        f"{_E}:test_corrado_zivney_of_a_window",
        f"{_GAP}:test_a_return_across_a_gap_is_ranked_as_a_day_is",
    ),
    "cross_section_t": (*_PAIRS, f"{_E}:test_interval_of_a_mean_over_the_spread"),
    "exact_t": (f"{_OLS}:test_exact_t_is_the_t_of_event_dummies", f"{_G}:test_cumulated_returns"),
    "garch_z": (f"{_GARCH}:test_garch_z", f"{_GARCH}:test_garch_z_needs_garch"),
    "generalized_sign": (
        *_PAIRS,
        f"{_S}:test_generalized_sign_up_to_a_hundred_pairs_is_binomial",
        f"{_S}:test_generalized_sign_of_so_few_that_no_count_is_below_five_percent",
        f"{_S}:test_share_of_positive_runs",
    ),
    "grank_t": _PAIRS,
    "grank_z": _MORE,
    "hall_t": (
        *_MORE,
        f"{_R}:test_a_correction_for_skewness_that_no_longer_follows_the_mean_is_flagged",
        f"{_E}:test_root_of_the_slope_of_halls_correction",
    ),
    "jackknife": (*_MORE, f"{_SAME}:test_a_joint_test_of_firms_with_the_same_returns_says_why_there_is_none"),
    "joint_f": (
        f"{_R}:test_joint_f_is_the_multivariate_linear_model",
        f"{_R}:test_one_restriction_is_the_squared_t_of_a_portfolio",
        f"{_R}:test_equality_of_all_firms_does_not_see_what_they_share",
        f"{_R}:test_joint_f_of_differences_is_hotellings_t",
        f"{_E}:test_restrictions_that_say_the_same_twice",
    ),
    "joint_placebo": (
        f"{_S}:test_joint_placebo",
        f"{_OLS}:test_distance_of_all_firms_is_the_wald_statistic_of_a_system",
        f"{_FEW}:test_joint_placebo",
        f"{_FEW}:test_joint_placebo_takes_ten_firms_fewer_than_degrees_of_freedom",
        f"{_R}:test_joint_f_of_differences_is_hotellings_t",
    ),
    "max_t": (
        f"{_LEAST_P}:test_least_p_of_ordinary_days",
        f"{_R}:test_largest_of_all_firms_on_one_day",
        f"{_R}:test_dates_draw_apart_from_each_other_and_lacking_days_are_said",
        f"{_E}:test_largest_of_all_is_the_statistic_of_max_t",
    ),
    "patell": (*_PAIRS, f"{_E}:test_degrees_of_freedom_that_a_variance_needs"),
    "patell_adjusted": (
        *_PAIRS,
        f"{_E}:test_degrees_of_freedom_that_a_variance_needs",
        f"{_E}:test_a_slightly_negative_correlation_is_kept",
    ),
    "placebo": (
        f"{_P}:test_figures_of_other_scalar_code",
        f"{_P}:test_figures_of_other_scalar_code_where_nobody_asks_for_regimes",
        f"{_P}:test_p_on_the_scale_of_near_days_is_the_mean_over_all_of_them",
        f"{_P}:test_factor_for_days_that_hang_together",
        f"{_P}:test_a_window_whose_days_hang_together_is_judged_by_its_factor",
        f"{_P}:test_ten_degrees_of_freedom_are_left_beside_a_window",
        f"{_P}:test_all_sets_where_they_are_few_else_as_many_as_are_drawn_each_without_a_day_twice",
        f"{_P}:test_t_of_days_that_are_left_out_is_that_of_a_new_fit",
        f"{_P}:test_near_days_that_lack_are_passed_over_by_the_same_pattern",
        f"{_P}:test_an_effect_is_in_the_interval_if_and_only_if_it_is_not_rejected",
        f"{_GAP}:test_permutations_do_not_take_a_long_return_for_a_day",
    ),
    "placebo_in_space": (
        f"{_COUNTER}:test_placebo_in_space_ranks_the_firm_among_refitted_donors",
        f"{_COUNTER}:test_one_donor_is_its_own_component_and_the_whole_control",
        f"{_COUNTER}:test_donors_that_others_make_up_exactly_have_no_error_to_compare",
    ),
    "portfolio_t": (
        f"{_G}:test_statistic",
        f"{_LINE}:test_portfolio_is_the_mean_of_the_firms",
        f"{_E}:test_portfolio_is_the_regression_of_its_own_returns",
    ),
    "sample_quantile": (
        f"{_FEW}:test_sample_quantile_of_a_window",
        f"{_S}:test_sample_quantile",
        f"{_G}:test_sample_quantiles_of_firms_and_portfolio",
    ),
    "sign": (*_MORE, f"{_R}:test_binomial", f"{_E}:test_signs_are_counted_exactly_up_to_a_hundred"),
    "variance_placebo": (
        f"{_LEAST_P}:test_least_p_of_ordinary_days",
        f"{_S}:test_variance_placebo",
        *_MORE,
        f"{_E}:test_degrees_of_freedom_that_a_variance_needs",
    ),
    "variance_ratio": (
        f"{_LEAST_P}:test_least_p_of_ordinary_days",
        f"{_OUTCOME}:test_variance_ratio_of_one_firm_by_hand",
    ),
    "wilcoxon": (
        f"{_R}:test_wilcoxon",
        f"{_R}:test_wilcoxon_with_ties_and_zeros",
        f"{_R}:test_number_of_ways_to_a_sum_of_ranks",
    ),
    "wild_bootstrap": (
        f"{_R}:test_statistic",
        f"{_R}:test_wild_bootstrap_enumerates_all_signs_of_dates",
        f"{_R}:test_wild_bootstrap_of_many_dates_comes_near_the_signs_of_all_of_them",
        f"{_R}:test_wild_bootstrap_refuses_what_cannot_be_significant",
        f"{_E}:test_smallest_p_of_random_signs",
        f"{_E}:test_what_windows_of_different_dates_have_in_common",
    ),
}

MODELS = {
    "capm": (*_FACTORS, f"{_FF}:test_without_alpha"),
    "carhart": _FACTORS,
    "constant_mean": _LEAST_SQUARES,
    "dimson": (
        f"{_THIN}:test_dimson_sums_the_slopes",
        f"{_THIN}:test_dimson_without_neighbours_is_the_market_model",
        f"{_THIN}:test_returns_across_a_gap_have_the_neighbours_of_the_gap",
    ),
    "egarch": (f"{_GARCH}:test_parameters_residuals_and_covariance_are_archs",),
    "elastic_net": (
        f"{_COUNTER}:test_elastic_net_solves_its_equations",
        f"{_COUNTER}:test_elastic_net_residuals_come_from_fits_that_did_not_see_the_day",
        f"{_COUNTER}:test_no_donor_no_fit",
    ),
    "factors": (*_LEAST_SQUARES, f"{_FF}:test_users_factors_are_over_the_risk_free_rate_of_their_file"),
    "fama_french3": _FACTORS,
    "fama_french5": _FACTORS,
    "fama_french5_momentum": _FACTORS,
    "garch": (f"{_GARCH}:test_parameters_residuals_and_covariance_are_archs",),
    "given": ("oracles.test_given:test_those_of_the_market_adjusted_model_give_its_figures",),
    "huber": (f"{_ROBUST}:test_huber_solves_its_equations", f"{_ROBUST}:test_a_return_across_a_gap"),
    "market": _LEAST_SQUARES,
    "market_adjusted": (f"{_OLS}:test_market_adjusted_in_closed_form",),
    "matched": (f"{_FF}:test_matched_is_the_difference_to_the_control",),
    "peer": _FACTORS,
    "principal_components": (
        f"{_COUNTER}:test_principal_components_are_statsmodels",
        f"{_COUNTER}:test_number_of_factors_by_bai_and_ng",
        f"{_COUNTER}:test_one_donor_is_its_own_component_and_the_whole_control",
        f"{_COUNTER}:test_no_donor_no_fit",
        f"{_COUNTER}:test_how_many_components_are_taken",
    ),
    "scholes_williams": (
        f"{_THIN}:test_scholes_williams_is_the_market_model_with_an_instrument",
        f"{_THIN}:test_the_published_ratio",
        f"{_THIN}:test_returns_across_a_gap_have_the_neighbours_of_the_gap",
    ),
    "synthetic_control": (
        f"{_COUNTER}:test_weights_solve_the_problem",
        f"{_COUNTER}:test_a_firm_among_its_donors_is_found_exactly",
        f"{_COUNTER}:test_synthetic_control_residuals_and_scale",
        f"{_COUNTER}:test_the_basis_spans_what_active_weights_can_do",
        f"{_COUNTER}:test_placebo_in_space_ranks_the_firm_among_refitted_donors",
        f"{_COUNTER}:test_no_donor_no_fit",
        f"{_COUNTER}:test_a_mix_over_returns_of_several_sessions_is_fitted_on_equal_footing",
        f"{_COUNTER}:test_errors_of_donors",
    ),
    "theil_sen": (f"{_ROBUST}:test_theil_sen_is_scipys", f"{_ROBUST}:test_a_return_across_a_gap"),
}

_MARKET = (
    *_LEAST_SQUARES,
    f"{_OLS}:test_collinear_and_nearly_collinear_regressors",
    f"{_OLS}:test_leverage_and_studentised_residuals",
    f"{_E}:test_fewest_days_of_an_estimation",
    f"{_OLS}:test_market_adjusted_in_closed_form",
    *_FACTORS,
    f"{_FF}:test_without_alpha",
    f"{_TRADED}:test_regression",
    f"{_TRADED}:test_abnormal_return_and_its_variance_on_the_day_trading_resumes",
)
_SIZES = (f"{_PUB}:test_sizes_without_correlation_are_the_nominal_one",)

SHARED = {
    "models.linear": _MARKET,
    "models.robust": (
        f"{_ROBUST}:test_scale_and_forecast_covariance",
        "contracts.test_catalog:test_a_model_keeps_the_shapes_of_a_fit",
    ),
    "models.garch": (
        f"{_GARCH}:test_variances_are_archs_forecasts",
        f"{_GARCH}:test_egarch_variances_are_means_of_simulated_paths",
        f"{_GARCH}:test_forecasts_return_to_the_mean",
        f"{_GARCH}:test_no_shock_of_the_event_enters",
        f"{_GARCH}:test_what_cannot_be_estimated_falls_back_to_least_squares_and_says_so",
    ),
    "models.autoregressive": (
        f"{_VOLUME}:test_generalised_least_squares",
        f"{_VOLUME}:test_prais_and_winsten",
        f"{_VOLUME}:test_without_autocorrelation_it_is_least_squares",
        f"{_VOLUME}:test_a_trend_is_the_slope_of_generalised_least_squares",
    ),
    "engine.abnormal.weighted_average": (f"{_WEIGHTS}:test_the_weighted_mean_on_several_dates_by_whole_matrices",),
    "engine.abnormal.effective_n": (f"{_WEIGHTS}:test_five_firms_of_equal_weight_on_two_dates_are_enough",),
    "inference.base.Sample": (
        f"{_WEIGHTS}:test_five_firms_of_equal_weight_on_two_dates_are_enough",
        f"{_E}:test_means_of_what_is_known_of_the_pairs",
        f"{_E}:test_overlap_of_windows_whose_days_were_not_looked_at",
        f"{_E}:test_without_days_around_a_window_its_scale_is_one",
        f"{_S}:test_statistic",
        f"{_S}:test_variance_placebo",
        f"{_S}:test_share_of_positive_runs",
        f"{_E}:test_shape_of_residuals",
        f"{_R}:test_statistic of grank_z",
        "engine.test_aggregate:test_aggregate_says_what_pairs_say of one date",
    ),
    "inference.base._one_sided": (f"{_E}:test_p_of_one_side",),
    "inference.base._mean_overlap": (f"{_E}:test_overlap_of_windows_whose_days_were_not_looked_at",),
    "inference.base.Pairs": (
        f"{_E}:test_means_of_what_is_known_of_the_pairs",
        f"{_TOTALS}:test_sums_of_all_without_a_few_are_those_of_the_others",
    ),
    "inference.base.SeriesSignificance": (f"{_E}:test_an_answer_for_one_series_is_one_of_one_pair",),
    "inference.base.LEVEL": (f"{_S}:test_generalized_sign_up_to_a_hundred_pairs_is_binomial",),
    "inference.base.FEWEST_DAYS": (f"{_FEW}:test_variance_placebo_needs_thirty_days_with_all_pairs",),
    "inference.base.no_spread": (
        f"{_SAME}:test_pairs_without_a_spread_are_not_judged_by_one",
        f"{_S}:test_statistic of bmp",
    ),
    "inference.base.nothing_own": (
        f"{_E}:test_pairs_that_are_nearly_one_have_something_of_their_own",
        f"{_SAME}:test_pairs_without_a_spread_are_not_judged_by_one",
        f"{_S}:test_statistic of bmp_adjusted",
    ),
    "inference.base.collinear": (
        f"{_SAME}:test_a_joint_test_of_firms_with_the_same_returns_says_why_there_is_none",
        *TESTS["joint_f"],
    ),
    "inference.variance.days_in_common": (f"{_FEW}:test_variance_placebo_needs_thirty_days_with_all_pairs",),
    "inference.resampling.DayBootstrap": (
        f"{_R}:test_drawn_windows_have_the_moments_of_the_days",
        f"{_R}:test_days_are_drawn_in_runs_where_asked",
        f"{_R}:test_dates_draw_apart_from_each_other_and_lacking_days_are_said",
        f"{_E}:test_runs_of_days_are_runs",
    ),
    "inference.multiple": (
        f"{_MANY}:test_common_days_of_windows",
        f"{_MANY}:test_two_windows",
        f"{_MANY}:test_five_windows",
        f"{_MANY}:test_the_larger_of_two",
        f"{_MANY}:test_one_window_twice_is_one_window",
        f"{_MANY}:test_independent_p_are_sidaks",
        f"{_MANY}:test_place_among_days",
        f"{_MANY}:test_cells_of_two_portfolios_draw_the_same_days",
        f"{_MANY}:test_too_few_days_have_no_draws",
        f"{_MANY}:test_no_two_parts_of_the_draws_have_the_same_levels",
        f"{_MANY}:test_cells_of_a_date_have_one_ordinary_day_and_those_of_another_have_their_own",
        f"{_MANY}:test_all_windows_of_all_series_of_a_date_are_its_cells",
    ),
    "inference.multiple.rejected_by_chance": (
        f"{_MANY}:test_a_cell_rejects_by_chance_as_often_as_its_level_says",
        "analyses.test_robustness:test_the_share_by_chance_is_binomial_where_specifications_have_nothing_in_common",
        "analyses.test_share_by_chance:test_events_of_their_own_dates_are_drawn_apart",
    ),
    "inference.multiple._statistic": (
        f"{_MANY}:test_several_series_are_judged_by_their_sum_or_by_that_over_their_spread",
    ),
    "inference.multiple.least_of_draws": (f"{_LEAST_P}:test_least_p_of_drawn_days",),
    "inference.multiple.holm": (f"{_OLS}:test_holm",),
    "inference.multiple.benjamini_hochberg": (f"{_E}:test_benjamini_hochberg",),
    "inference.multiple.RomanoWolf": (f"{_R}:test_romano_wolf_step_down",),
    "inference.clusters._by_t": (f"{_KINDS}:test_two_clusters_are_the_fewest_of_a_spread",),
    "inference.clusters._DRAWS": (f"{_KINDS}:test_p_of_several_levels_by_every_draw",),
    "inference.clusters._AT_ONCE": (f"{_KINDS}:test_p_of_several_levels_by_every_draw",),
    "inference.clusters._WELCH_FROM": (f"{_KINDS}:test_each_cluster_has_one_vote",),
    "inference.clusters.votes": (f"{_KINDS}:test_a_cluster_without_a_kind_has_no_mean_of_it",),
    "inference.clusters.welch": (
        f"{_KINDS}:test_each_cluster_has_one_vote",
        f"{_KINDS}:test_two_values_of_a_kind_are_the_fewest_of_a_spread",
    ),
    "inference.clusters.im_paired": (
        f"{_KINDS}:test_clusters_with_both_kinds_are_pairs",
        f"{_KINDS}:test_two_clusters_are_the_fewest_of_a_spread",
    ),
    "inference.clusters._sums": (f"{_KINDS}:test_cr1_is_that_of_statsmodels",),
    "inference.clusters.cr1": (
        f"{_KINDS}:test_cr1_is_that_of_statsmodels",
        f"{_KINDS}:test_two_clusters_are_the_fewest_of_a_spread",
    ),
    "inference.clusters.cr2": (f"{_KINDS}:test_cr2_and_its_degrees_of_freedom_by_slow_code",),
    "inference.clusters.weighted_mean": (
        f"{_WEIGHTS}:test_equal_weights_of_single_dates_are_the_t_of_one_sample",
        f"{_WEIGHTS}:test_two_clusters_are_the_fewest_of_a_weighted_mean",
    ),
    "inference.clusters.Coefficients": (f"{_KINDS}:test_cr2_and_its_degrees_of_freedom_by_slow_code",),
    "inference.clusters.by_clusters": (
        f"{_KINDS}:test_cr2_and_its_degrees_of_freedom_by_slow_code",
        f"{_WEIGHTS}:test_the_weighted_mean_on_several_dates_by_whole_matrices",
    ),
    "inference.clusters.of_one_cluster": (
        f"{_KINDS}:test_a_coefficient_rests_on_one_cluster_where_nothing_tells_it_without_that_one",
    ),
    "inference.clusters._inverse_root": (f"{_KINDS}:test_cr2_and_its_degrees_of_freedom_by_slow_code",),
    "inference.clusters.permuted": (
        f"{_KINDS}:test_permuted_dates_by_listing_every_exchange",
        f"{_KINDS}:test_permuted_dates_of_which_there_are_too_many_are_drawn",
        f"{_KINDS}:test_ties_of_drawn_exchanges_count_and_the_level_of_values_does_not",
    ),
    "inference.clusters._welch_rows": (
        f"{_KINDS}:test_permuted_dates_by_listing_every_exchange",
        f"{_KINDS}:test_permuted_dates_of_which_there_are_too_many_are_drawn",
        f"{_KINDS}:test_ties_of_drawn_exchanges_count_and_the_level_of_values_does_not",
    ),
    "inference.clusters.wald": (
        f"{_KINDS}:test_wald_of_several_levels_by_slow_code",
        f"{_KINDS}:test_p_of_several_levels_by_every_draw",
        f"{_KINDS}:test_levels_that_are_alike_are_so_in_every_draw",
    ),
    "inference.clusters.sharing_days": (f"{_KINDS}:test_windows_with_days_that_lack_are_those_of_the_others",),
    "inference.clusters.components": (f"{_KINDS}:test_windows_that_touch_are_one_cluster",),
    "inference.parametric.calendar_alpha": ("test_frequency:test_calendar_time_and_buy_and_hold_by_slow_code",),
    "inference.parametric.proportional": (
        "analyses.test_regression:test_errors_of_windows_that_share_days_have_the_correlations_of_the_estimation_days",
        "analyses.test_regression:test_on_a_constant_of_alike_pairs_it_is_the_correlation_adjusted_t",
        "analyses.test_regression:test_with_weights_and_where_little_is_left_of_a_sum",
    ),
    "inference.parametric.spread_over_expected": (
        f"{_FEW_PAIRS}:test_spread_of_five_pairs_over_the_one_it_should_have",
    ),
    "inference.parametric.precision_weighted": (
        f"{_R}:test_precision_weighted_mean_in_loops",
        f"{_R}:test_precision_weights_at_both_ends",
    ),
    "inference.distributions.p_normal": (f"{_S}:test_degrees_of_freedom_and_p_values",),
    "inference.distributions.p_t": (f"{_S}:test_degrees_of_freedom_and_p_values",),
    "inference.distributions.critical_t": (f"{_E}:test_critical_values",),
    "inference.distributions.critical_values": (f"{_E}:test_critical_values",),
    "inference.distributions.critical_normal": (f"{_E}:test_critical_values",),
    "inference.distributions.upper_tail": (f"{_E}:test_upper_tail",),
    "inference.distributions.mean_over_known_variance": (f"{_PUB}:test_size_of_a_mean_over_a_known_variance", *_SIZES),
    "inference.distributions.against_variance": (f"{_PUB}:test_size_of_a_mean_over_a_known_variance", *_SIZES),
    "inference.distributions.mean_over_spread": (f"{_PUB}:test_size_of_a_mean_over_its_own_spread", *_SIZES),
    "inference.distributions.count_of_signs": (f"{_PUB}:test_size_of_a_count_of_signs", *_SIZES),
    "inference.distributions.EXACT_SIGNS": (f"{_PUB}:test_beyond_a_hundred_signs_the_count_is_judged_by_the_normal",),
    "inference.distributions.exact_count_of_signs": (
        f"{_PUB}:test_size_of_an_exact_count_of_signs",
        f"{_PUB}:test_beyond_a_hundred_signs_the_count_is_judged_by_the_normal",
    ),
    "inference.distributions._nodes": (f"{_PUB}:test_size_of_a_count_of_signs",),
    "inference.distributions._tail": (f"{_PUB}:test_size_of_a_mean_over_a_known_variance", *_SIZES),
    "engine.least_squares": (
        f"{_KERNEL}:test_studentised_residuals_and_date_sums_are_those_of_statsmodels",
        f"{_KERNEL}:test_full_rank_is_judged_by_the_condition_whatever_the_units",
        *_MARKET,
        f"{_THIN}:test_dimson_sums_the_slopes",
        f"{_ACCURATE}:test_what_is_more_collinear_than_is_allowed_is_told",
        f"{_ACCURATE}:test_errors_are_within_five_times_those_of_lstsq",
        "engine.test_aggregate:test_aggregate_says_what_pairs_say of one date, many dates",
    ),
    "engine.abnormal": (
        f"{_S}:test_cars_and_their_variances",
        f"{_S}:test_studentised_residuals_are_forecasts_of_each_day_from_the_others",
        "panel.test_missing:test_windows_of_up_to_three_days_need_all_of_them",
        f"{_TRADED}:test_a_return_belongs_where_at_least_half_of_it_lies",
        f"{_E}:test_scale_of_an_error_adds_its_own_variance_and_what_days_share",
        f"{_E}:test_share_of_a_window_that_must_be_seen",
        f"{_E}:test_average_abnormal_return_of_the_pairs_that_have_one",
        f"{_TRADED}:test_a_return_across_a_gap_is_ranked_as_a_day_is",
        "oracles.test_bhar:test_buy_and_hold",
        f"{_TRADED}:test_regression",
        f"{_TRADED}:test_abnormal_return_and_its_variance_on_the_day_trading_resumes",
        f"{_S}:test_share_of_positive_runs",
        f"{_S}:test_mean_correlation_by_date",
        f"{_S}:test_statistic of corrado_rank, grank_t, patell, corrado_zivney, wild_bootstrap",
    ),
    "engine.abnormal.Around": (f"{_P}:test_near_days_that_lack_are_passed_over_by_the_same_pattern",),
    "engine.leave_out": (
        f"{_P}:test_figures_of_other_scalar_code",
        f"{_P}:test_t_of_days_that_are_left_out_is_that_of_a_new_fit",
        f"{_P}:test_t_of_days_that_are_left_out_with_many_regressors_and_many_series_at_once",
        f"{_P}:test_without_the_forecast_error_none_is_put_into_ordinary_windows",
        f"{_P}:test_days_left_out_do_not_hang_on_the_coordinates_of_the_regressors",
        f"{_P}:test_days_without_a_variance_beside_a_window_have_a_least_one",
        f"{_P}:test_sets_that_hold_the_only_day_of_a_regressor_are_left_to_others",
    ),
    "study.fitted": (
        "engine.test_aggregate:test_aggregate_says_what_pairs_say of many dates, one date with a gap",
        "engine.test_aggregate:test_exclusions_are_those_of_the_pair_engine",
    ),
    "study.buy_and_hold": (
        "oracles.test_bhar:test_buy_and_hold",
        "charts.test_others:test_levels_by_hand",
        "models.test_counterfactual_studies:test_what_buy_and_hold_returns_compare_with",
        "models.test_counterfactual_studies:test_after_a_delisting_buy_and_hold_ends_or_goes_on_in_the_benchmark",
    ),
    "study.families": (
        f"{_TOGETHER}:test_windows_of_several_dates_hang_together_by_the_days_they_share",
        f"{_TOGETHER}:test_groups_of_several_dates_hang_together_as_their_means_do",
        f"{_TOGETHER}:test_groups_and_windows_hang_together_by_both",
        f"{_TOGETHER}:test_a_window_that_was_named_before_keeps_its_p",
        f"{_TOGETHER}:test_on_one_date_days_are_drawn_for_all",
        f"{_TOGETHER}:test_days_are_drawn_only_for_portfolios_of_the_same_date",
        f"{_TOGETHER}:test_two_firms_hang_together_by_their_own_days",
        f"{_TOGETHER}:test_nothing_that_is_judged_together_is_surer_than_alone",
        f"{_TOGETHER}:test_the_smallest_of_several",
    ),
    "inference.regime.Regimes": (f"{_LEAST_P}:test_least_p_of_wild_days",),
    "inference.regime": (
        f"{_LEAST_P}:test_least_p_of_wild_days_of_all",
        f"{_P}:test_figures_of_other_scalar_code",
        f"{_P}:test_figures_of_other_scalar_code_where_nobody_asks_for_regimes",
        f"{_P}:test_near_days_that_lack_are_passed_over_by_the_same_pattern",
        f"{_P}:test_days_near_several_events_are_those_of_the_mean_over_who_has_them",
        f"{_P}:test_days_of_other_events_are_left_out_of_the_near_ones",
        f"{_P}:test_a_regime_is_raised_at_ten_per_cent_and_one_pair_is_its_own_mean",
        "test_near_days:test_each_window_is_told_how_wild_the_days_near_it_are",
    ),
    "engine.correlation.TablesOfParts": (f"{_SAMPLES}:test_what_many_samples_add_up_to",),
    "engine.correlation": (
        f"{_FEW_PAIRS}:test_dates_with_nothing_in_common_leave_as_many_degrees_of_freedom_as_there_are_pairs_but_one",
        f"{_S}:test_tables_of_one_grid_go_by_the_sessions_between_dates",
        f"{_S}:test_tables_that_share_their_dates_with_others_go_by_their_own_pairs",
        f"{_S}:test_mean_correlation_by_date",
        f"{_S}:test_mean_correlation",
        f"{_S}:test_mean_correlation_of_two_pairs",
        f"{_E}:test_a_mean_correlation_is_at_most_one",
        f"{_TOTALS}:test_parts_of_a_study_add_up",
        f"{_TOTALS}:test_sums_of_all_without_a_few_are_those_of_the_others",
        f"{_S}:test_mean_correlation_of_pairs_with_few_common_days",
        f"{_S}:test_correlation_that_would_turn_a_variance_negative_is_set_to_zero",
        f"{_S}:test_both_forms_of_the_mean_correlation_agree_where_they_must",
        f"{_S}:test_tables_by_date_are_the_sums_they_stand_for",
        f"{_FEW_PAIRS}:test_what_five_pairs_of_three_dates_have_in_common",
        f"{_FEW_PAIRS}:test_other_pairs_by_loops",
        f"{_FEW_PAIRS}:test_dates_of_several_pairs_are_their_pairs_one_by_one",
        f"{_E}:test_what_windows_of_different_dates_have_in_common",
        f"{_S}:test_degrees_of_freedom_and_p_values",
        f"{_S}:test_mean_car_and_guarded_patell_of_pairs_that_share_dates",
        f"{_R}:test_precision_weighted_mean_in_loops",
        f"{_E}:test_pairs_in_steps_correlate_as_pairs_at_once",
        f"{_E}:test_mean_overlap_of_the_windows",
        f"{_E}:test_a_slightly_negative_correlation_is_kept",
        f"{_S}:test_statistic of patell_adjusted, bmp_adjusted",
        "engine.test_aggregate:test_aggregate_says_what_pairs_say of one date, one date with a gap",
    ),
    "engine.ranks": (
        f"{_E}:test_rank_of_one_more_value_among_ties",
        f"{_KERNEL}:test_sums_of_ranks_are_those_of_scipy",
        f"{_KERNEL}:test_a_day_beyond_the_widest_key_is_no_missing_day",
        f"{_KERNEL}:test_days_above_a_place_count_one_and_those_tied_with_it_one_half",
        f"{_KERNEL}:test_weighted_sums_of_ranks_are_those_of_scipy",
        f"{_S}:test_ranks_with_ties_of_days_without_a_move",
        f"{_S}:test_statistic of corrado_rank, grank_t",
        f"{_TOTALS}:test_ranks_added_up_are_those_of_scipy_whether_or_not_each_series_has_its_own",
    ),
    "engine.runs": (
        f"{_KERNEL}:test_runs_are_counted_as_one_would_by_hand",
        f"{_S}:test_share_of_positive_runs",
    ),
    "engine.totals.NearSums": (
        f"{_P}:test_days_near_several_events_are_those_of_the_mean_over_who_has_them",
        f"{_TOTALS}:test_sums_of_all_without_a_few_are_those_of_the_others",
    ),
    "engine.totals.near_sums": (f"{_P}:test_days_near_several_events_are_those_of_the_mean_over_who_has_them",),
    "engine.totals._sums": (f"{_P}:test_days_near_several_events_are_those_of_the_mean_over_who_has_them",),
    "engine.totals.near_together": (f"{_TOTALS}:test_near_days_of_parts_add_up_stratum_by_stratum",),
    "engine.totals": (
        f"{_TOTALS}:test_no_pairs_add_up_to_nothing",
        f"{_TOTALS}:test_moments_of_parts_are_those_of_all_values",
        f"{_S}:test_mean_car_and_guarded_patell_of_pairs_that_share_dates",
        f"{_TOTALS}:test_parts_of_a_study_add_up",
        f"{_TOTALS}:test_sums_of_all_without_a_few_are_those_of_the_others",
        f"{_S}:test_statistic of cda, cross_section_t, patell, bmp, generalized_sign, corrado_rank, grank_t",
        f"{_S}:test_variance_placebo",
        f"{_E}:test_shape_of_residuals",
        f"{_S}:test_share_of_positive_runs",
        f"{_FEW}:test_one_pair",
        f"{_TOTALS}:test_ranks_added_up_are_those_of_scipy_whether_or_not_each_series_has_its_own",
        f"{_SAMPLES}:test_what_many_samples_add_up_to",
    ),
}


def _modules() -> tuple[str, ...]:
    """The files that have judges."""
    families = (plugins.FAMILIES[kind] for kind in ("models", "tests"))
    own = [f"{family.package}.{file}" for family in families for file in family.files]
    return tuple(dict.fromkeys([*own, *(f"eventstudy.{'.'.join(name.split('.')[:2])}" for name in SHARED)]))


MODULES = _modules()


@cache
def rows_of(module: str) -> Mapping[str, frozenset[str]]:
    """Formula -> the rows of the file's table that use it, by themselves or through others; of a row, itself."""
    defined: dict[str, ast.stmt] = {}
    rows: dict[str, set[str]] = {}
    for statement in source(module).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            defined[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            name, value = ast.unparse(target), statement.value
            if name in ("MODELS", "TESTS") and isinstance(value, ast.Dict):
                rows = {str(ast.literal_eval(k)): _names(v) for k, v in zip(value.keys, value.values, strict=True) if k}
            else:
                defined[name] = statement
    uses = {name: _names(node) & set(defined) for name, node in defined.items()}
    users = {name: {row for row, used in rows.items() if name in _reached(used, uses)} for name in defined}
    return {name: frozenset(found or rows) for name, found in users.items()} | {
        r: frozenset({r}) for r in rows if r not in defined
    }


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _reached(names: set[str], uses: Mapping[str, set[str]]) -> set[str]:
    """These names and what they use, and so on."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(uses.get(name, ()))
    return found


_NAMES = {*TESTS, *MODELS}


@cache
def judges(module: str, where: str) -> tuple[Case, ...]:
    """The cases that judge a formula: of a test that goes through many names, those of the rows that use it."""
    name = where.removeprefix("MODELS.").split(".")[0]
    rows = rows_of(module).get(name, frozenset())
    short = module.removeprefix("eventstudy.")
    found = [*_of_rows(rows), *_shared(f"{short}.{name}"), *_shared(short)]
    return tuple({id(case): case for case in found}.values())


def _of_rows(rows: frozenset[str]) -> list[Case]:
    """The cases of some models or tests: none that names others only."""
    places = dict.fromkeys(place for row in sorted(rows) for place in (MODELS.get(row, ()) + TESTS.get(row, ())))
    found = [case for place in places for case in cases_of(place)]
    return [case for case in found if case.names(set(rows)) or not case.names(_NAMES - {"market"})]


def _shared(name: str) -> list[Case]:
    return [case for place in SHARED.get(name, ()) for case in cases_of(place)]


def noticed(mutant: Mutant) -> bool:
    """Whether any judge fails while the fault is in the program."""
    cases = judges(mutant.module, mutant.where)
    modules = {case.test.__module__ for case in cases} | _CACHED | {mutant.module}
    with planted(mutant):
        forget(*modules)
        found = any(not _passes(case) for case in cases)
    forget(*modules)
    return found


def _passes(case: Case) -> bool:
    try:
        with in_time(_PATIENCE):
            return case.passes()
    except TimeoutError:  # rung between two steps of `passes` itself
        return False


_PATIENCE = 15
"""Seconds a judge may take; without a fault it takes one or two."""
_CACHED = {"eventstudy.inference.days", "tests.oracles.reference"}
"""Modules outside the judges' own that keep what they have worked out."""
