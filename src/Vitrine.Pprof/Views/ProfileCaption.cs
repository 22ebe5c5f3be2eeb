using System.Globalization;

namespace Vitrine.Pprof.Views;

/// <summary>Title and notes of a drawing: which program, when, for how long, and what is not shown. Safe to display.</summary>
internal sealed record ProfileCaption(string Title, IReadOnlyList<string> Notes)
{
    public static ProfileCaption Of(Profile profile, string? title, CallTree tree)
    {
        if (string.IsNullOrEmpty(title))
        {
            var file = profile.Mappings.Count > 0 ? profile.Mappings[0].File : "";
            title = file[(file.LastIndexOfAny(['/', '\\']) + 1)..];
            if (title.Length == 0)
                title = "Profile";
        }
        var notes = new List<string>();
        if (profile.TimeNanos > 0)
            notes.Add("taken " + DateTime.UnixEpoch.AddTicks(profile.TimeNanos / 100).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        if (profile.DurationNanos > 0)
            notes.Add("over " + ValueText.Of(profile.DurationNanos, "nanoseconds"));
        if (tree.CutStacks > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{tree.CutStacks:N0} stacks shortened: too deep or too many frames"));
        return new ProfileCaption(DisplayText.Of(title), notes);
    }
}
