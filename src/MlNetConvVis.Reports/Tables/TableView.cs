using System.Globalization;
using MlNetConvVis.Reports.Page;

namespace MlNetConvVis.Reports.Tables;

/// <summary>Writes a table.</summary>
internal static class TableView
{
    public static void Write(HtmlWriter html, ReportTable table)
    {
        Check(table);
        using (html.Open("figure", ("class", "table")))
        {
            using (html.Open("figcaption"))
            {
                html.Element("span", table.Caption);
                html.Element("button", "Copy", ("type", "button"), ("class", "copy"), ("aria-label", $"Copy the table “{table.Caption}”"));
            }
            using (html.Open("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", table.Caption)))
            using (html.Open("table", ("class", "data sortable")))
            {
                using (html.Open("thead"))
                using (html.Open("tr"))
                {
                    foreach (var column in table.Columns) html.Element("th", column.Heading, ("scope", "col"), ("class", ClassOf(column)));
                }
                using (html.Open("tbody"))
                {
                    foreach (var row in table.Rows) Row(html, table.Columns, row);
                }
            }
        }
    }

    private static void Row(HtmlWriter html, IReadOnlyList<TableColumn> columns, IReadOnlyList<TableCell> row)
    {
        using (html.Open("tr"))
        {
            for (var i = 0; i < row.Count; i++)
            {
                var (name, scope) = i == 0 && !columns[0].IsNumeric ? ("th", "row") : ("td", null);
                html.Element(name, row[i].Text, ("scope", scope), ("class", ClassOf(columns[i])),
                    ("data-v", row[i].SortValue?.ToString("R", CultureInfo.InvariantCulture)));
            }
        }
    }

    private static string? ClassOf(TableColumn column) => column.IsNumeric ? "n" : null;

    private static void Check(ReportTable table)
    {
        for (var i = 0; i < table.Rows.Count; i++)
        {
            if (table.Rows[i].Count != table.Columns.Count)
            {
                throw new ArgumentException(
                    $"Row {i} of the table '{table.Caption}' has {table.Rows[i].Count} cells, but there are {table.Columns.Count} columns.");
            }
        }
    }
}
