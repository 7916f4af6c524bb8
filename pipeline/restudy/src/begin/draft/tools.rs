//! What survey tools write beside the answers: the respondent's number, weights, times, and what is about the tool or about a person.

/// What a column with a well-known name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// The respondent's number.
    Id,
    /// It may tell who a respondent is.
    Personal,
    /// It is about the tool and how it was used.
    OfTool,
    /// How many people a respondent stands for.
    Weight,
}

/// Names by which tools call a respondent's number: SurveyMonkey, Qualtrics, LimeSurvey, Microsoft Forms, SPSS files.
const IDS: [&str; 27] = [
    "respondent id",
    "respondent_id",
    "respondentid",
    "responseid",
    "response id",
    "response_id",
    "id",
    "caseid",
    "case_id",
    "case id",
    "respid",
    "resp_id",
    "respondent",
    "serial",
    "record",
    "nr",
    "nr.",
    "no",
    "number",
    "lfdn",
    "lfdnr",
    "pid",
    "uid",
    "idno",
    "participant",
    "participant id",
    "participant_id",
];

const PERSONAL: [&str; 31] = [
    "email",
    "e-mail",
    "email address",
    "e-mail address",
    "email_address",
    "your email",
    "your email address",
    "username",
    "name",
    "your name",
    "full name",
    "first name",
    "first_name",
    "firstname",
    "last name",
    "last_name",
    "lastname",
    "surname",
    "phone",
    "telephone",
    "phone number",
    "ip address",
    "ipaddress",
    "ip_address",
    "ipaddr",
    "recipientemail",
    "recipientfirstname",
    "recipientlastname",
    "locationlatitude",
    "locationlongitude",
    "token",
];

const OF_TOOL: [&str; 22] = [
    "collector id",
    "collector_id",
    "custom data 1",
    "custom_1",
    "status",
    "progress",
    "finished",
    "distributionchannel",
    "userlanguage",
    "externalreference",
    "externaldatareference",
    "lastpage",
    "startlanguage",
    "seed",
    "refurl",
    "score",
    "q_recaptchascore",
    "q_relevantidduplicate",
    "q_duplicaterespondent",
    "last page",
    "start language",
    "referrer url",
];

const WEIGHTS: [&str; 5] = ["wt", "wgt", "pweight", "gewicht", "poids"];

/// What a column of this name is, if only a tool calls one so.
pub(super) fn known(name: &str) -> Option<Known> {
    let name = name.trim().trim_end_matches(['.', ':']).to_lowercase();
    let is = |names: &[&str]| names.contains(&name.as_str());
    // `school_id`, `Student ID`.
    let ends_so = ["_id", " id", "_nr", " nr"].iter().any(|end| name.ends_with(end));
    match () {
        () if is(&IDS) => Some(Known::Id),
        () if is(&PERSONAL) => Some(Known::Personal),
        () if is(&OF_TOOL) => Some(Known::OfTool),
        () if is(&WEIGHTS) || name.starts_with("weight") => Some(Known::Weight),
        () if ends_so => Some(Known::Id),
        () => None,
    }
}
