mod wit;
