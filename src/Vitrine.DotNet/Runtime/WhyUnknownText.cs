namespace Vitrine.DotNet.Runtime;

/// <summary>The reasons in words.</summary>
public static class WhyUnknownText
{
    /// <summary>The reason as a clause; empty for a figure that is known.</summary>
    public static string Text(this WhyUnknown why) => why switch
    {
        WhyUnknown.No => "",
        WhyUnknown.NeverCaptured => "never captured",
        WhyUnknown.NoCollectionYet => "no garbage collection has ended yet",
        WhyUnknown.NotOnThisPlatform => "not read on this platform",
        _ => "the operating system's answer could not be read",
    };
}
