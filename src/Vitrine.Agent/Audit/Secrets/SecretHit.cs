namespace Vitrine.Agent.Audit.Secrets;

/// <summary>A secret that is there. Has where it is and what it is like; there is no member for the secret itself.</summary>
/// <param name="Place">The name of the variable or flag, or the number of the argument.</param>
/// <param name="Kind">What it looks like, with its article.</param>
/// <param name="Length">Its length class.</param>
sealed record SecretHit(string Place, string Kind, string Length)
{
    /// <summary>"DB_PASSWORD: a password of 8 to 15 characters".</summary>
    public override string ToString() => $"{Place}: {Kind} of {Length} characters";

    /// <summary>Classes, not numbers: the exact length of a password helps to guess it.</summary>
    public static string LengthClass(int characters) => characters switch
    {
        < 8 => "fewer than 8",
        < 16 => "8 to 15",
        < 32 => "16 to 31",
        < 64 => "32 to 63",
        _ => "64 or more",
    };
}
