//! The first report: a page of what was asked, with a sentence and a chart for each of the first questions.

use super::queries::{How, Shown};
use super::written::in_template;
use crate::report::quantifiers;

/// `report-templates/report.typ.jinja`; so many questions `further` than the shown could be shown.
pub(super) fn template(shown: &[Shown], further: usize) -> String {
    let reads: Vec<&str> =
        std::iter::once("answered").chain(shown.iter().map(|shown| shown.name.as_str())).collect();
    let mut out = format!(
        "{{# The report, drafted from the export. Words between the tags are Typst; what stands in tags is filled in from the data.
   Reads: {}.
   Included by nothing: study.toml names it as the report's template. #}}
#import \"theme/theme.typ\": *
#let meta = json(\"data/meta.json\")
#show: report.with(meta: meta)
#set figure(placement: none) // figures stand where they are called; without this line, at the top or the foot of a page
{{# A cover and a list of contents, once there is a report to put between them:
#front-matter(meta)
#contents()
#}}
= Results <ch-results>

{{{{ wave.notice }}}}

The export has the answers of {{{{ num(\"answered[#1].n\") }}}} {{{{ study.respondents }}}}.
{{# A number about the data is named, never typed: query, row, column. What a sentence claims about it goes into a guard:
   {{% call guard(\"query[row].share > 0.5\") %}}A majority …{{% endcall %}} stops the build when it is no longer so. #}}
",
        reads.join(", ")
    );
    for (number, shown) in shown.iter().enumerate() {
        let heading = heading(shown, number + 1);
        let body = body(shown, &heading);
        out.push_str(&format!("\n== {{{{ \"{heading}\" }}}} <sec-{}>\n\n{body}\n", shown.name));
    }
    if further > 0 {
        out.push_str(&format!(
            "\n{{# {} more could be shown so: copy a query in queries/ for each, and a section here. #}}\n",
            crate::diagnostic::count(further, "question")
        ));
    }
    out.push_str(
        "
#show: appendices

{# Where each number came from: the numbers in the text are links to this table. #}
= Evidence <app-evidence>

{{ evidence_table() }}

= Codebook <app-codebook>

{{ codebook_table() }}
",
    );
    out
}

/// The question's words, unless the report would take them for a number about the data; then its name, unless that has such a word
/// too.
fn heading(shown: &Shown, number: usize) -> String {
    let said = [in_template(&shown.title), shown.name.replace('_', " ")];
    let harmless = said.into_iter().find(|words| quantifiers::find(words, &[]).is_empty());
    harmless.unwrap_or_else(|| format!("Question {number}"))
}

fn body(shown: &Shown, caption: &str) -> String {
    let name = &shown.name;
    let figure =
        |chart: &str| format!("{{{{ figure(\"{name}\", chart=\"{chart}\", caption=\"{caption}\") }}}}");
    let said = |row: &str| {
        format!("{{{{ num(\"{name}[{row}].share\") }}}} said “{{{{ cell(\"{name}[{row}].answer\") }}}}”")
    };
    let base = format!("{{{{ num(\"{name}[#1].base\") }}}}");
    match shown.how {
        How::Answers => format!("Of {base} who answered, {}.\n\n{}", said("#1"), figure("bars")),
        How::Scale(answers) => {
            let last = format!("#{answers}");
            format!("Of {base} who answered, {} and {}.\n\n{}", said("#1"), said(&last), figure("bars"))
        }
        How::Ticks => format!(
            "Of {base} who ticked something, {{{{ num(\"{name}[#1].share\") }}}} chose “{{{{ cell(\"{name}[#1].item\") }}}}”.\n\n{}",
            figure("bars")
        ),
        How::Boxes => format!(
            "Of {base} who answered, {{{{ num(\"{name}[#1].share\") }}}} chose “{{{{ cell(\"{name}[#1].item\") }}}}”.\n\n{}",
            figure("bars")
        ),
        How::Grid => format!(
            "For “{{{{ cell(\"{name}[#1].item\") }}}}”, {} ({} answered).\n\n{}",
            said("#1"),
            base,
            figure("stacked")
        ),
        How::Mean => format!(
            "The mean is {{{{ num(\"{name}[#1].estimate\") }}}}, of {{{{ num(\"{name}[#1].n\") }}}} who answered."
        ),
        How::Means => format!(
            "{{{{ table(\"{name}\", columns={{\"item\": \"Item\", \"estimate\": \"Mean\", \"n\": \"Answered\"}}, caption=\"{caption}\") }}}}"
        ),
    }
}
