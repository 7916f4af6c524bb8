//! Weights for non-response from the numbers invited.

use std::collections::BTreeMap;

use super::fault::CalibrationFault;

/// Weights from response classes.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseWeights {
    /// Each row's factor: times its sampling weight (1 where all were invited), it is the weight to estimate with.
    pub factors: Vec<f64>,
    /// The factor of classes without a known number of invited: invited divided by respondents over all others.
    pub overall: Option<f64>,
    /// Rows that got the overall factor.
    pub overall_rows: u64,
}

/// Non-response weights by response classes: every respondent of class h stands for `n_h / m_h` of those invited, with
/// n_h invited and m_h respondents (Särndal et al. 1992, section 15.6: response homogeneity groups; it presumes that
/// within a class all are equally likely to answer).
///
/// `classes` is each respondent's class, `invited` what the frame knows. Respondents of classes that the frame does not
/// count keep the overall rate: `invited_in_all / respondents` if the number of all invited is given, else the rate of
/// the classes that are counted.
///
/// # Errors
///
/// A class that was invited and gave no respondent (its people would be represented by nobody); more respondents than
/// invited; classes named twice or with nobody invited; respondents without a rate.
pub fn nonresponse(
    classes: &[u32],
    invited: &[(u32, u64)],
    invited_in_all: Option<u64>,
) -> Result<ResponseWeights, CalibrationFault> {
    let mut respondents = BTreeMap::<u32, u64>::new();
    for class in classes {
        *respondents.entry(*class).or_default() += 1;
    }
    let mut factors = BTreeMap::new();
    let (mut counted_invited, mut counted_respondents) = (0, 0);
    for &(class, invited) in invited {
        if invited == 0 {
            return Err(CalibrationFault::Total { margin: 0, category: class, total: 0.0 });
        }
        let Some(&answered) = respondents.get(&class) else {
            return Err(CalibrationFault::Empty {
                margin: 0,
                category: class,
                total: invited as f64,
                replicate: None,
            });
        };
        if answered > invited {
            return Err(CalibrationFault::Invited { class: Some(class), invited, respondents: answered });
        }
        if factors.insert(class, invited as f64 / answered as f64).is_some() {
            return Err(CalibrationFault::Repeated { margin: 0, category: class });
        }
        counted_invited += invited;
        counted_respondents += answered;
    }
    if let Some(all) = invited_in_all
        && all < classes.len() as u64
    {
        let respondents = classes.len() as u64;
        return Err(CalibrationFault::Invited { class: None, invited: all, respondents });
    }
    let overall = match invited_in_all {
        Some(all) if !classes.is_empty() => Some(all as f64 / classes.len() as f64),
        _ if counted_respondents > 0 => Some(counted_invited as f64 / counted_respondents as f64),
        _ => None,
    };
    let mut overall_rows = 0;
    for (&class, &rows) in &respondents {
        if factors.contains_key(&class) {
            continue;
        }
        factors.insert(class, overall.ok_or(CalibrationFault::NoRate { class, rows })?);
        overall_rows += rows;
    }
    let factors = classes.iter().filter_map(|class| factors.get(class)).copied().collect();
    Ok(ResponseWeights { factors, overall, overall_rows })
}
