"""Plans as drawings: pure functions from steps to coordinates; templates/parts/graph.html and plan.html make SVG."""
