namespace Vitrine.Guard.Limits;

/// <summary>Looks that are the same: of one service, with one instrument, in one way, with or without redaction, by the same rules.</summary>
/// <param name="Instrument">What is looked at.</param>
/// <param name="How">In which way.</param>
/// <param name="IsRaw">Without redaction. Not only a part of <paramref name="How"/>, which is made of what callers write: a look with redaction never joins one without.</param>
/// <param name="Rules">The rules of redaction in force, by reference: who is let in by new ones gets no answer by the old ones.</param>
readonly record struct ShareKey(InstrumentKey Instrument, string How, bool IsRaw, object Rules);
