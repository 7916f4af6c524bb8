//! Uses of a statistic that would mean something else than it seems, refused before the query runs.

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{Expr, LogicalPlan, WindowFunctionDefinition};
use datafusion::optimizer::AnalyzerRule;

/// Refuses `distinct`, `order by` and `over` with the aggregates of these names.
#[derive(Debug)]
pub(in crate::engine) struct RefuseOtherUses(pub(in crate::engine) Vec<String>);

impl AnalyzerRule for RefuseOtherUses {
    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        plan.apply_with_subqueries(|plan| {
            plan.apply_expressions(|expr| {
                expr.apply(|expr| {
                    self.check(expr)?;
                    Ok(TreeNodeRecursion::Continue)
                })
            })
        })?;
        Ok(plan)
    }

    fn name(&self) -> &str {
        "refuse_other_uses"
    }
}

impl RefuseOtherUses {
    fn check(&self, expr: &Expr) -> Result<()> {
        let ours = |name: &str| self.0.iter().any(|own| own == name);
        match expr {
            Expr::AggregateFunction(call) if ours(call.func.name()) => {
                let name = call.func.name();
                if call.params.distinct {
                    return plan_err!("`{name}` takes every row once: `distinct` means nothing in it");
                }
                if !call.params.order_by.is_empty() {
                    return plan_err!("`{name}` takes rows in any order: `order by` means nothing in it");
                }
                Ok(())
            }
            Expr::WindowFunction(call) => match &call.fun {
                WindowFunctionDefinition::AggregateUDF(function) if ours(function.name()) => {
                    let name = function.name();
                    plan_err!(
                        "`{name}` cannot be used with `over`: compute it with `group by` in a query of its own (`with …`), and \
                         join that"
                    )
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}
