using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>Whether profiles measure the same thing: equal sample types in equal order, equal period type. As pprof's Merge asks.</summary>
internal static class Compatibility
{
    public static void Check(ProfileHeader first, ProfileHeader other)
    {
        if (!first.SampleTypes.SequenceEqual(other.SampleTypes))
            throw new IncompatibleProfilesException(
                $"One profile measures [{Names(first)}], the other [{Names(other)}]. Only profiles of one kind can be merged or compared; {nameof(SampleTypes)}.{nameof(SampleTypes.InCommon)} reduces them to what they share.");
        // No period type and an empty one are the same in the file.
        if ((first.PeriodType ?? new("", "")) != (other.PeriodType ?? new("", "")))
            throw new IncompatibleProfilesException($"One profile has the period type {first.PeriodType?.ToString() ?? "none"}, the other {other.PeriodType?.ToString() ?? "none"}.");
    }

    static string Names(ProfileHeader header) => string.Join(", ", header.SampleTypes);
}
