namespace Vitrine.Go.Globals;

/// <summary>A runtime function whose references tell where variables are.</summary>
/// <param name="Name">Full name as in the function table.</param>
/// <param name="References">Its references in code order.</param>
sealed record AnchorFunction(string Name, AnchorReference[] References);
