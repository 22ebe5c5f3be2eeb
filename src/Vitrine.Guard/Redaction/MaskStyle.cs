namespace Vitrine.Guard.Redaction;

/// <summary>What stands where something was taken out.</summary>
enum MaskStyle
{
    /// <summary><c>‹email:3f2a91c0›</c>: the same text has the same tag, so that groups stay apart.</summary>
    Tagged,

    /// <summary><c>‹path›</c></summary>
    Plain,

    /// <summary><c>?</c>, as in a statement with parameters.</summary>
    QuestionMark,
}
