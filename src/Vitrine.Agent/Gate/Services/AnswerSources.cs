namespace Vitrine.Agent.Gate.Services;

/// <summary>Words for <see cref="AnswerSource"/>.</summary>
static class AnswerSources
{
    /// <summary>As the header <c>Vitrine-Source</c> has it; empty while nobody has answered.</summary>
    public static string Word(this AnswerSource source) => source switch
    {
        AnswerSource.Outside => "outside",
        AnswerSource.Forwarded => "forwarded",
        _ => "",
    };
}
